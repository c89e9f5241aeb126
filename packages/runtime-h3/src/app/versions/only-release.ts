import type { ReleaseBundle } from '../../types/bundle.ts';
import type { ServedRelease, ServedReleases } from '../../types/served-release.ts';

const single = new WeakMap<ReleaseBundle, ServedReleases>();

/** An app that is one release: development, tests. It has been there always, so that any time asks for it. */
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
    single.set(bundle, (served = { list: [release], current: version }));
  }
  return served;
}
