import type { Contract } from '@gati/contract';
import { toRouterPath } from '@gati/contract/internal';
import { addRoute, createRouter, findRoute, type RouterContext } from 'rou3';

interface Found {
  id: string;
  version?: string;
}
/** The route of a release at a path. `undefined`: it has none. */
export type FindRoute = (method: string, path: string) => { version?: string } | undefined;

/** The routes of a release whose code is not loaded, from its contract. */
export interface RouteTable {
  find: FindRoute;
  /** With what stands in the path, not decoded. */
  match(method: string, path: string): { id: string; params: Record<string, string> } | undefined;
}

export function createRouteTable(
  contract: Pick<Contract, 'routes'>,
  serves: (route: { domain: string }) => boolean,
): RouteTable {
  let router: RouterContext<Found> | undefined;
  const build = (): RouterContext<Found> => {
    const made = createRouter<Found>();
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
