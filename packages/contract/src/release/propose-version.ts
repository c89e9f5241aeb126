import type { Manifest } from '../manifest/manifest.ts';
import { compareSemver, parseSemver } from '../versions/semver.ts';
import { bumpVersion } from '../diff/bump-version.ts';
import type { Change, DiffPolicy } from '../diff/change.ts';
import { diffManifests } from './diff-manifests.ts';
import type { Bump } from '../diff/levels.ts';

export interface ProposalInput {
  /** What was built. */
  contract: Manifest['contract'];
  /** Digest of its code. */
  code: string | undefined;
  native?: Manifest['native'];
  /** What the app says of itself (`package.json`): the version of the first release, and of a later one where it is higher than what the changes ask for. */
  declared: string;
  /** The release before. Absent: it is the first. */
  base?: Manifest;
  /** Ids by version, of all releases that there are. */
  releaseIds: ReadonlyMap<string, string>;
  /** The id that this build has under a version. */
  idOf(version: string): string;
  policy?: DiffPolicy;
}

export interface VersionProposal {
  version: string;
  /** Version of the release before. Absent: it is the first. */
  since?: string;
  /** `none`: it is the release before. */
  bump: Bump;
  /** Absent: it is the first. */
  changes?: Change[];
}

/** Which version a build gets: what the changes since the last release mean, on top of that release's version; the next free one where that is taken. */
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

/** A version names one release, also one that was withdrawn. */
function nextFree(version: string, bump: Bump, { releaseIds, idOf }: ProposalInput): string {
  let free = version;
  while (releaseIds.has(free) && releaseIds.get(free) !== idOf(free))
    free = bumpVersion(free, bump);
  return free;
}
