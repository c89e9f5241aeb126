import { toRouterPath } from '@gati/contract/internal';
import type { RouteMatch, BundleRoute } from '@gati/runtime-h3/app';
import { addRoute, createRouter, findRoute } from 'rou3';

/** The route table as it is searched in development: built in no time, where the build compiles one. */
export function createDevRouter(
  slots: BundleRoute[],
): (method: string, path: string) => RouteMatch | undefined {
  const router = createRouter<BundleRoute>();
  for (const slot of slots) addRoute(router, slot.method, toRouterPath(slot.path), slot);
  return (method, path) => findRoute(router, method, path);
}
