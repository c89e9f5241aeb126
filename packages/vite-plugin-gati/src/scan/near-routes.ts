import { editDistance } from '@gati/contract/internal';
import type { ListedRoute } from './list-routes.ts';

/** Distance to a route that begins with the requested path. */
const LONGER = 2.5;
/** Distance that is accepted for every path, however short. */
const LEAST = 2;

/**
 * Returns the routes whose path is close to a requested one, the closest first. A parameter matches
 * any segment. The comparison ignores case, and a missing or repeated base adds little to the
 * distance.
 */
export function nearRoutes(
  path: string,
  routes: readonly ListedRoute[],
  { base = '', max = 5 }: { base?: string; max?: number } = {},
): ListedRoute[] {
  const asked = [path, `${base}${path}`].map((text) => text.replace(/\/+$/, '').toLowerCase());
  const scored = routes.map((route) => ({
    route,
    distance: Math.min(...asked.map((text) => distanceTo(route.path.toLowerCase(), text))),
  }));
  return scored
    .filter(({ route, distance }) => distance <= Math.max(LEAST, route.path.length / 4, LONGER))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, max)
    .map(({ route }) => route);
}

function distanceTo(route: string, path: string): number {
  if (path !== '' && route.startsWith(`${path}/`)) return LONGER;
  const segments = path.split('/');
  const filled = route
    .split('/')
    .map((segment, index) =>
      segment.startsWith(':')
        ? (segments[index] ?? segment)
        : segment.startsWith('*')
          ? segments.slice(index).join('/')
          : segment,
    )
    .join('/');
  return editDistance(filled, path);
}
