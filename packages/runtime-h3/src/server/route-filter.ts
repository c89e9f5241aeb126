import type { ReleaseBundle } from '../types/bundle.ts';
import { badEnvError } from '../config/read-env.ts';
import type { ServerEnv } from './env.ts';

/**
 * Creates the predicate that says which routes of a release this process serves, by `GATI_ROLE` and
 * `GATI_DOMAIN`. It holds for every release, not only for the own one.
 * @throws {GatiError} GATI_BAD_ENV when the own release has no route of the domain
 */
export function createRouteFilter(
  own: ReleaseBundle,
  { role, domain }: Pick<ServerEnv, 'role' | 'domain'>,
): (route: { domain: string }) => boolean {
  if (role === 'worker') return () => false;
  if (role !== 'routes') return () => true;
  if (!own.routes.some((route) => route.domain === domain)) {
    const known = [...new Set(own.routes.map((route) => route.domain))].join(', ');
    throw badEnvError('GATI_DOMAIN', domain ?? '', `a domain of this app: ${known}`);
  }
  return (route) => route.domain === domain;
}
