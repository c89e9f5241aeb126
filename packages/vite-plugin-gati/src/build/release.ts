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
  /** Digest of the code. If absent, the code is not bundled yet and counts as changed. */
  code?: string;
  native?: NativeCode;
  /** Names of the migrations of the database, in their order. */
  databaseMigrations?: string[];
}

/** Maximum number of earlier releases in a changelog. */
const MAX_CHANGELOG_RELEASES = 50;

/**
 * Returns the manifest of a build: its version, and its changes since the base release. A build
 * that equals the base release gets the manifest of that release.
 */
export function proposeRelease(
  { app, contract, code, native, databaseMigrations }: BuiltCode,
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
    releaseIds: new Map(history.releases.map(({ version, id }) => [version, id])),
    idOf: (version) => toReleaseId({ version, contract, code: code ?? '', native }),
    policy: options.breaking,
  });
  const isBase = base !== undefined && proposal.version === base.release.version;
  return toManifest({
    app: { ...app, version: proposal.version },
    contract,
    code,
    native,
    databaseMigrations,
    ...diffSince(isBase ? base : undefined, proposal),
  });
}

/**
 * A build that equals the base keeps the base's own changes, so that the same build has the same
 * bytes.
 */
function diffSince(
  same: Manifest | undefined,
  { since, bump, changes }: VersionProposal,
): Pick<VersionProposal, 'since' | 'changes'> & { bump?: VersionProposal['bump'] } {
  if (same) return { since: same.release.since, bump: same.release.bump, changes: same.changes };
  return since === undefined ? {} : { since, bump, changes };
}

/**
 * Returns this build and the releases before it, highest version first. Withdrawn ones stay:
 * clients may use them, and their breaking changes must stay visible.
 */
export async function changelogReleases(
  manifest: Manifest,
  { store, releases, statusOf }: History,
): Promise<[ChangelogRelease, ...ChangelogRelease[]]> {
  const { version } = manifest.release;
  const date = releases.find((release) => release.version === version)?.date;
  const earlier = releases
    .filter((release) => release.version !== version)
    .slice(0, MAX_CHANGELOG_RELEASES);
  const described = await Promise.all(
    earlier.map(async (release) => ({
      manifest: await readManifest(store, release),
      date: release.date,
      ...(statusOf(release.version) === 'withdrawn' && { withdrawn: true }),
    })),
  );
  return [{ manifest, ...(date !== undefined && { date }) }, ...described];
}
