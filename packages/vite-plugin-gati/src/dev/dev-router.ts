import { toRouterPath } from '@gati/contract/internal';
import type { BundleRoute, RouteMatch } from '@gati/runtime-h3/app';
import { addRoute, createRouter, findRoute } from 'rou3';

/**
 * Creates the route table of development. It is interpreted; a build compiles its table to code.
 */
export function createDevRouter(
  routes: BundleRoute[],
): (method: string, path: string) => RouteMatch | undefined {
  const router = createRouter<BundleRoute>();
  for (const route of routes) addRoute(router, route.method, toRouterPath(route.path), route);
  return (method, path) => findRoute(router, method, path);
}
