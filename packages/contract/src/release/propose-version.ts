import type { Manifest } from '../manifest/manifest.ts';
import { compareSemver, parseSemver } from '../versions/semver.ts';
import { bumpVersion } from '../diff/bump-version.ts';
import type { Change, DiffPolicy } from '../diff/change.ts';
import { diffManifests } from './diff-manifests.ts';
import type { Bump } from '../diff/levels.ts';

/** Input of {@link proposeVersion}. */
export interface ProposalInput {
  /** Contract of the build. */
  contract: Manifest['contract'];
  /** SHA-256 of the built code, hex. `undefined`: only the contracts are compared. */
  code: string | undefined;
  native?: Manifest['native'];
  /**
   * Version in `package.json`: used for the first release, and for a later one if it is higher than
   * the version that the changes need.
   */
  declared: string;
  /** The previous release. Absent for the first release. */
  base?: Manifest;
  /** Ids of all releases, by version. */
  releaseIds: ReadonlyMap<string, string>;
  /** Returns the id that this build would have under a version. */
  idOf(version: string): string;
  policy?: DiffPolicy;
}

/** Result of {@link proposeVersion}. */
export interface VersionProposal {
  version: string;
  /** Version of the previous release. Absent for the first release. */
  since?: string;
  /** `none`: the build equals the previous release, or is the first. */
  bump: Bump;
  /** Changes since the previous release. Absent for the first release. */
  changes?: Change[];
}

/**
 * Proposes the version of a build: the version of the previous release, raised according to the
 * changes since then. If another build has this version already, proposes the next free one.
 *
 * @example
 * const { version, bump } = proposeVersion({
 *   contract,
 *   code: undefined,
 *   declared: '1.0.0',
 *   base: previousManifest,
 *   releaseIds: new Map([['1.3.0', 'rel_0123456789abcdef']]),
 *   idOf: (version) => releaseId(version),
 * });
 */
export function proposeVersion(input: ProposalInput): VersionProposal {
  const { contract, code, native, base, policy } = input;
  const declared = parseSemver(input.declared) ? input.declared : '1.0.0';
  if (!base) return { version: nextFree(declared, 'patch', input), bump: 'none' };
  const release = { version: base.release.version, id: '', ...(code !== undefined && { code }) };
  const { bump, changes } = diffManifests(base, { contract, release, native }, policy);
  const since = base.release.version;
  const proposed = bump === 'none' ? since : bumpVersion(since, bump);
  const isHigher = compareSemver(parseSemver(declared)!, parseSemver(proposed)!) > 0;
  if (!isHigher && bump === 'none') return { version: since, since, bump, changes };
  return {
    version: nextFree(isHigher ? declared : proposed, bump === 'none' ? 'patch' : bump, input),
    since,
    bump,
    changes,
  };
}

/** Versions are never reused, not even those of withdrawn releases. */
function nextFree(version: string, bump: Bump, { releaseIds, idOf }: ProposalInput): string {
  let free = version;
  while (releaseIds.has(free) && releaseIds.get(free) !== idOf(free))
    free = bumpVersion(free, bump);
  return free;
}
