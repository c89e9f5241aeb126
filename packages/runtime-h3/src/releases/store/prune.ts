import type { ReleaseStore, StoredRelease, StoreHead } from '../../ports.ts';
import { changeHead, statusOf } from './head.ts';
import { rollbackTarget } from './change-status.ts';
import { DOCUMENT_FILE, MANIFEST_FILE } from './file-names.ts';
import { listReleases } from './read-release.ts';

/** Releases that keep their code: those that match either rule. */
export interface ReleaseWindow {
  /** Number of newest releases. Default 5. */
  last?: number;
  /** Age in days below which a release is kept. Default 90. */
  days?: number;
}

export interface PruneOptions extends ReleaseWindow {
  /** Returns the result without changing the store. */
  dryRun?: boolean;
  /** Epoch milliseconds. */
  now?: number;
  /**
   * Milliseconds for which a file that no release needs is kept, because a release that needs it
   * may be about to be stored. Default: a day.
   */
  grace?: number;
}

export interface PruneResult {
  /** Versions that lost their code, highest first. */
  pruned: string[];
  /** Number of removed files, which no release needs. */
  blobs: number;
}

const DAY = 24 * 60 * 60 * 1000;

/** Files that a pruned release keeps: its contract and its documents. */
const DOCUMENTS = new Set([MANIFEST_FILE, DOCUMENT_FILE, 'CHANGELOG.md']);

/**
 * Returns the releases outside of the window, highest first. The current release and the target of a
 * rollback are always inside.
 */
export function releasesOutsideWindow(
  releases: StoredRelease[],
  head: StoreHead,
  { last = 5, days = 90 }: ReleaseWindow,
  now: number,
): StoredRelease[] {
  const kept = new Set([head.current, rollbackTarget(head)]);
  const newest = [...releases]
    .sort((a, b) => Date.parse(b.date) - Date.parse(a.date))
    .slice(0, last);
  for (const { version } of newest) kept.add(version);
  return releases.filter(
    ({ version, date }) => !kept.has(version) && Date.parse(date) < now - days * DAY,
  );
}

/**
 * Retires the releases outside of the window permanently, then removes the files that no release
 * needs. Record, manifest and documents stay.
 */
export async function pruneReleases(
  store: ReleaseStore,
  { dryRun = false, now = Date.now(), grace = DAY, ...window }: PruneOptions = {},
): Promise<PruneResult> {
  let pruned: string[] = [];
  const change = (head: StoreHead, known: StoredRelease[]): StoreHead | undefined => {
    pruned = releasesOutsideWindow(known, head, window, now)
      .map(({ version }) => version)
      .filter((version) => !head.marks[version]?.pruned);
    if (pruned.length === 0) return undefined;
    const marks = Object.fromEntries(
      pruned.map((version) => [
        version,
        { ...head.marks[version], status: 'retired' as const, pruned: true },
      ]),
    );
    return {
      ...head,
      before: head.before.filter((version) => !pruned.includes(version)),
      marks: { ...head.marks, ...marks },
    };
  };
  const releases = await listReleases(store);
  const { head: found } = await store.head();
  const head = dryRun
    ? (change(found, releases) ?? found)
    : await changeHead(store, (latest) => change(latest, releases));

  const old: string[] = [];
  for await (const { sha256, written } of store.blobs())
    if (written < now - grace) old.push(sha256);
  // Lists the releases again after the files, to include a release that was stored in between.
  const needed = neededBlobs(await listReleases(store), head);
  const unneeded = old.filter((sha256) => !needed.has(sha256));
  if (!dryRun) for (const sha256 of unneeded) await store.removeBlob(sha256);
  return { pruned, blobs: unneeded.length };
}

/** Returns the digests of all files that the releases still consist of. */
export function neededBlobs(releases: StoredRelease[], head: StoreHead): Set<string> {
  return new Set(
    releases.flatMap((release) => remainingFiles(release, head).map(({ sha256 }) => sha256)),
  );
}

/** Returns the files that a release still has: all, or the documents of a pruned one. */
export function remainingFiles(
  { version, files }: StoredRelease,
  head: StoreHead,
): StoredRelease['files'] {
  const isPruned = statusOf(head, version) === 'retired' && head.marks[version]?.pruned === true;
  return isPruned ? files.filter(({ path }) => DOCUMENTS.has(path)) : files;
}
