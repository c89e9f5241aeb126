import type { Contract } from '@gati/contract';
import { toRouterPath } from '@gati/contract/internal';
import { addRoute, createRouter, findRoute, type RouterContext } from 'rou3';

interface RouteData {
  id: string;
  version?: string;
}
/** Finds the route of a release at a path, if there is one. */
export type FindRoute = (method: string, path: string) => { version?: string } | undefined;

/** Routes of a release by its contract, without its code. */
export interface RouteTable {
  find: FindRoute;
  /** Like `find`, with the params of the path, not decoded. */
  match(method: string, path: string): { id: string; params: Record<string, string> } | undefined;
}

/** Creates the table. The router is built at the first request. */
export function createRouteTable(
  contract: Pick<Contract, 'routes'>,
  serves: (route: { domain: string }) => boolean,
): RouteTable {
  let router: RouterContext<RouteData> | undefined;
  const build = (): RouterContext<RouteData> => {
    const made = createRouter<RouteData>();
    for (const route of contract.routes) {
      if (!serves(route)) continue;
      addRoute(made, route.method, toRouterPath(route.path), {
        id: route.id,
        ...(route.version !== undefined && { version: route.version }),
      });
    }
    return made;
  };
  return {
    find: (method, path) => findRoute((router ??= build()), method, path, { params: false })?.data,
    match(method, path) {
      const found = findRoute((router ??= build()), method, path);
      return found && { id: found.data.id, params: { ...found.params } };
    },
  };
}
