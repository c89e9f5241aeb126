import { satisfies } from './range.ts';
import type { VersionRequest } from './version-request.ts';
import { compareSemver, parseSemver, type Semver } from './semver.ts';
import { isListed, isLive, type ReleaseStatus } from './status.ts';

/** The facts about a release that decide which requests it gets. */
export interface ReleaseInfo {
  /** Semver. */
  version: string;
  id: string;
  /** RFC 3339, or another format that `Date.parse` accepts. */
  date: string;
  status: ReleaseStatus;
  /**
   * `true`: the release is retired, and a newer release serves its requests through migrations.
   */
  migrated?: boolean;
}

/**
 * Release for requests without a version while several releases are live. `choose`: the response
 * lists the releases. {@link VersionRequest}: the version that a route exports.
 */
export type MissingPolicy = 'choose' | 'latest' | 'oldest' | VersionRequest;

/** Options of {@link resolveVersion}. */
export interface ResolveOptions<R extends ReleaseInfo = ReleaseInfo> {
  /** Default `choose`. */
  missing?: MissingPolicy;
  /**
   * Version that `latest` resolves to: the current release of the store. Default: the newest live
   * release.
   */
  current?: R;
}

/** Result of {@link resolveVersion}, by HTTP status. `options`: the live releases, newest first. */
export type Resolution<R extends ReleaseInfo = ReleaseInfo> =
  | { status: 200; release: R }
  | { status: 300; options: R[] }
  | { status: 400; reason: 'malformed' | 'duplicate' | 'future'; message: string }
  | { status: 406; message: string; options: R[] }
  | { status: 410; message: string; release: R; options: R[] };

interface Entry<R> {
  release: R;
  version: Semver;
  at: number;
}

/** Releases in the order of their dates, prepared once for many requests. */
export interface ReleaseIndex<R extends ReleaseInfo = ReleaseInfo> {
  /** Newest first; of two with the same date the higher version first. */
  readonly entries: readonly Entry<R>[];
  /** Releases with the status `live` or `deprecated`, newest first. */
  readonly live: readonly R[];
}

/**
 * Prepares releases for {@link resolveVersion}.
 *
 * @throws {RangeError} when a version is not valid semver or a date is invalid. A store never
 *   contains such a release.
 */
export function indexReleases<R extends ReleaseInfo>(releases: readonly R[]): ReleaseIndex<R> {
  const entries = releases.map((release) => {
    const version = parseSemver(release.version);
    const at = Date.parse(release.date);
    if (!version || Number.isNaN(at))
      throw new RangeError(
        `The release ${release.id} has the version "${release.version}" and the date "${release.date}", but needs a semver version and a date.`,
      );
    return { release, version, at };
  });
  entries.sort((a, b) => b.at - a.at || compareSemver(b.version, a.version));
  const live = entries.map(({ release }) => release).filter(({ status }) => isLive(status));
  return { entries, live };
}

/**
 * Finds the release for a request. A withdrawn release matches only its exact version, a staged
 * release never matches.
 *
 * @example
 * const releases = indexReleases(list);
 * const resolution = resolveVersion(releases, parseVersionRequest('^1.4', Date.now()));
 * if (resolution.status === 200) console.log(resolution.release.version);
 */
export function resolveVersion<R extends ReleaseInfo>(
  releases: ReleaseIndex<R>,
  request: VersionRequest,
  { missing = 'choose', current }: ResolveOptions<R> = {},
): Resolution<R> {
  const { entries, live } = releases;
  switch (request.kind) {
    case 'invalid':
      return { status: 400, reason: request.reason, message: request.message };
    case 'exact': {
      // Several releases can have the same version. A release that serves requests wins.
      const same = entries.filter(
        ({ release, version }) =>
          release.status !== 'staged' && compareSemver(version, request.version) === 0,
      );
      return resolutionOf(
        (same.find(({ release }) => !isGone(release)) ?? same[0])?.release,
        releases,
      );
    }
    case 'time':
      return resolutionOf(
        entries.find(({ release, at }) => at <= request.at && isListed(release.status))?.release,
        releases,
      );
    case 'range': {
      const matching = entries.filter(
        ({ release, version }) => isListed(release.status) && satisfies(version, request.range),
      );
      const answering = matching.filter(({ release }) => !isGone(release));
      return resolutionOf(highest(answering.length > 0 ? answering : matching), releases);
    }
    case 'missing': {
      if (live.length <= 1) return resolutionOf(live[0], releases);
      if (missing === 'choose') return { status: 300, options: [...live] };
      if (missing === 'latest')
        return resolutionOf(current && isLive(current.status) ? current : live[0], releases);
      if (missing === 'oldest') return resolutionOf(live.at(-1), releases);
      return missing.kind === 'missing'
        ? { status: 300, options: [...live] }
        : resolveVersion(releases, missing, { current });
    }
  }
}

function resolutionOf<R extends ReleaseInfo>(
  release: R | undefined,
  { live }: ReleaseIndex<R>,
): Resolution<R> {
  if (!release)
    return { status: 406, message: 'There is no release for this version.', options: [...live] };
  return isGone(release) ? retiredResolution(release, live) : { status: 200, release };
}

/**
 * Returns the resolution of a retired release.
 *
 * @param live Releases that the client can request instead.
 */
export function retiredResolution<R extends ReleaseInfo>(
  release: R,
  live: readonly R[],
): Resolution<R> & { status: 410 } {
  const message = `The release ${release.version} is retired.`;
  return { status: 410, message, release, options: [...live] };
}

/** Whether a release is retired without migrations that serve its requests. */
function isGone({ status, migrated }: ReleaseInfo): boolean {
  return status === 'retired' && !migrated;
}

function highest<R extends ReleaseInfo>(entries: readonly Entry<R>[]): R | undefined {
  let best = entries[0];
  for (const entry of entries)
    if (best && compareSemver(entry.version, best.version) > 0) best = entry;
  return best?.release;
}
