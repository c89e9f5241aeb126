import type { ServedRelease } from '../../src/types/served-release.ts';
import type { ReleaseBundle } from '../../src/types/bundle.ts';
import { bundle, type TestRoute } from './bundle.ts';

/** Makes a served release. By default it has one route, which returns the version. */
export function release(
  version: string,
  date: string,
  options: Partial<ServedRelease> & {
    routes?: Record<string, TestRoute>;
    lazy?: boolean;
    policy?: string;
  } = {},
): ServedRelease {
  const {
    routes = { 'GET /which': { handler: () => ({ version }) } },
    lazy = false,
    policy,
    ...rest
  } = options;
  const made: ReleaseBundle = { ...bundle(routes, {}, version), id: `rel_${version}` };
  for (const route of made.routes) if (policy !== undefined) route.version = policy;
  return {
    version,
    id: made.id,
    date,
    status: 'live',
    route: (method, path) => made.match(method, path)?.data,
    bundle: () => (lazy ? Promise.resolve(made) : made),
    ...rest,
  };
}
