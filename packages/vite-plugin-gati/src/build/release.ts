import {
  type Contract,
  type Manifest,
  type NativeCode,
  type VersionProposal,
  proposeVersion,
} from '@gati/contract';
import { readManifest } from '@gati/runtime-h3/releases';
import { toManifest, toReleaseId } from '../emit/manifest.ts';
import type { ChangelogRelease } from '../emit/changelog.ts';
import type { ResolvedOptions } from '../options.ts';
import type { History } from '../releases/history.ts';

export interface BuiltCode {
  app: { name: string; version: string };
  contract: Contract;
  /** Absent: it is not bundled yet, so it counts as new. */
  code?: string;
  native?: NativeCode;
}

/** Releases that a changelog tells of. */
const CHANGELOG_STATUSES = 50;

/** The version of what was built, and what changed. The release before as it is, where the build is equal to it. */
export function toRelease(
  { app, contract, code, native }: BuiltCode,
  history: History,
  options: Pick<ResolvedOptions, 'breaking'>,
): Manifest {
  const { base } = history;
  const proposal = proposeVersion({
    contract,
    code: code ?? '',
    native,
    declared: app.version,
    base,
    taken: new Map(history.releases.map(({ version, id }) => [version, id])),
    idOf: (version) => toReleaseId({ version, contract, code: code ?? '', native }),
    policy: options.breaking,
  });
  const isBase = base !== undefined && proposal.version === base.release.version;
  return toManifest({
    app: { ...app, version: proposal.version },
    contract,
    code,
    native,
    ...diffSince(isBase ? base : undefined, proposal),
  });
}

/** What the release before tells of the one before itself stays, so that the same build gives the same bytes. */
function diffSince(
  same: Manifest | undefined,
  { since, bump, changes }: VersionProposal,
): Pick<VersionProposal, 'since' | 'changes'> & { bump?: VersionProposal['bump'] } {
  if (same) return { since: same.release.since, bump: same.release.bump, changes: same.changes };
  return since === undefined ? {} : { since, bump, changes };
}

/** This build and the releases before it, newest first. What was withdrawn is told to nobody. */
export async function changelogReleases(
  manifest: Manifest,
  { store, releases, statusOf }: History,
): Promise<[ChangelogRelease, ...ChangelogRelease[]]> {
  const { version } = manifest.release;
  const date = releases.find((release) => release.version === version)?.date;
  const earlier = releases
    .filter((release) => release.version !== version && statusOf(release.version) !== 'withdrawn')
    .slice(0, CHANGELOG_STATUSES);
  const told = await Promise.all(
    earlier.map(async (release) => ({
      manifest: await readManifest(store, release),
      date: release.date,
    })),
  );
  return [{ manifest, ...(date !== undefined && { date }) }, ...told];
}
