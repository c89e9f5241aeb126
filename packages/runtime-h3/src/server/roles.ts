import type { ReleaseBundle } from '../releases/bundle.ts';
import { bad, type ServerEnv } from './env.ts';

/** The part of a release that this process serves. Throws `GATI_BAD_ENV` for a domain that it does not have. */
export function toServed(release: ReleaseBundle, { role, domain }: Pick<ServerEnv, 'role' | 'domain'>): ReleaseBundle {
  if (role === 'worker') return { ...release, routes: [], match: () => undefined };
  if (role !== 'routes') return release;
  const routes = release.routes.filter((route) => route.domain === domain);
  if (routes.length === 0) {
    const known = [...new Set(release.routes.map((route) => route.domain))].join(', ');
    throw bad('GATI_DOMAIN', domain ?? '', `a domain of this app: ${known}`);
  }
  return {
    ...release,
    routes,
    match(method, path) {
      const found = release.match(method, path);
      return found?.data.domain === domain ? found : undefined;
    },
  };
}
