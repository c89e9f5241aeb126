import type { ReleaseBundle } from '../../types/bundle.ts';
import type { ServedRelease, ServedReleases } from '../../types/served-release.ts';

const single = new WeakMap<ReleaseBundle, ServedReleases>();

/**
 * Serves one release, in development and in tests. Its date is the epoch, so a request for any date
 * finds it.
 */
export function onlyRelease(
  bundle: ReleaseBundle,
  document?: ServedRelease['document'],
): ServedReleases {
  let served = single.get(bundle);
  if (served === undefined) {
    const { version, id } = bundle;
    const release: ServedRelease = {
      version,
      id,
      date: new Date(0).toISOString(),
      status: 'live',
      route: (method, path) => bundle.match(method, path)?.data,
      bundle: () => bundle,
      ...(document !== undefined && { document }),
    };
    served = { list: [release], current: version };
    single.set(bundle, served);
  }
  return served;
}
