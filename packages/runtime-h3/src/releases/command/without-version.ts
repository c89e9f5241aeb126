import type { MissingVersion } from '../../types/served-release.ts';

/** The live releases and what an app does with a request that names none of them. */
export interface WithoutVersion {
  /** Versions of the live releases, highest first. Deprecated ones count. */
  live: readonly string[];
  current: string;
  /** `undefined` if the app is unknown. */
  missing?: MissingVersion | undefined;
}

/**
 * Describes what requests without a version get while several releases are live. With one live
 * release they get that one, so its clients need not name it. A second one changes that.
 */
export function describeWithoutVersion({ live, current, missing }: WithoutVersion): string {
  const start = `with ${live.join(' and ')} live, a request without a version gets`;
  switch (missing) {
    case 'latest':
      return `${start} ${current} (gati({ missingVersion: 'latest' }))`;
    case 'oldest':
      return `${start} ${live.at(-1)} (gati({ missingVersion: 'oldest' }))`;
    case 'choose':
      return `${start} 300 with the list of versions; gati({ missingVersion: 'latest' }) selects ${current}`;
    default:
      return `${start} 300 with the list of versions, unless the app sets gati({ missingVersion })`;
  }
}
