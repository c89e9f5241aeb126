import type { ReleaseBundle } from '../types/bundle.ts';
import { badEnvError, type ServerEnv } from './env.ts';

/** Which routes this process serves, of whatever release. Throws `GATI_BAD_ENV` for a domain that its own build does not have. */
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
