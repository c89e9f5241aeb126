import { describeSecurity } from '@gati/contract/internal';
import type { RouteFile, Scan } from './types.ts';

/** A route in the list that `gati routes` prints. */
export interface ListedRoute {
  /** Same as {@link RouteFile.id}. */
  id: string;
  method: RouteFile['method'];
  /** With the base: `/api/orders/:id`. */
  path: string;
  domain: string;
  /** Name in the client: `orders.create`. */
  name: string;
  /** Path from the root, with `/`. */
  file: string;
  /** Files of the guards, outermost first. Absent: none. */
  guards?: string[];
  /** `bearer or cookie sid`, or `public`. Absent: nothing is declared. */
  credentials?: string;
}

/** The order of methods that have the same path. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'WS'];

/** Returns the routes of an app by domain, those of no folder first, then by path and method. */
export function listRoutes({ routes }: Pick<Scan, 'routes'>, base: string): ListedRoute[] {
  const listed = routes.map(
    ({ id, method, path, domain, name, file, guards, security }): ListedRoute => ({
      id,
      method,
      path: base !== '' && path === '/' ? base : base + path,
      domain,
      name: name.join('.'),
      file,
      ...(guards.length > 0 && { guards }),
      ...(security && { credentials: describeSecurity(security) || 'public' }),
    }),
  );
  const rank = ({ domain }: ListedRoute): string => (domain === 'root' ? '' : domain);
  return listed.sort(
    (a, b) =>
      compare(rank(a), rank(b)) ||
      compare(a.path, b.path) ||
      METHODS.indexOf(a.method) - METHODS.indexOf(b.method),
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
