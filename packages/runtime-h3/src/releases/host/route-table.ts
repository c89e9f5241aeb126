import type { Contract } from '@gati/contract';
import { addRoute, createRouter, findRoute, type RouterContext } from 'rou3';

type Found = { version?: string };
/** The route of a release at a path. `undefined`: it has none. */
export type FindRoute = (method: string, path: string) => Found | undefined;

/** The routes of a release whose code is not loaded, from its contract. */
export function toFindRoute(contract: Pick<Contract, 'routes'>, serves: (route: { domain: string }) => boolean): FindRoute {
  let router: RouterContext<Found> | undefined;
  const build = (): RouterContext<Found> => {
    const made = createRouter<Found>();
    for (const route of contract.routes) {
      if (!serves(route)) continue;
      addRoute(
        made,
        route.method,
        route.path.replace(/\/\*(\w+)$/, '/**:$1'),
        route.version === undefined ? {} : { version: route.version },
      );
    }
    return made;
  };
  return (method, path) => findRoute((router ??= build()), method, path, { params: false })?.data;
}
