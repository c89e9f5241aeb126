import type { ReleaseStore, StoredRelease, StoreHead } from '../../ports.ts';
import { changeHead, statusOf } from './head.ts';
import { rollbackTarget } from './change-status.ts';
import { DOCUMENT_FILE, MANIFEST_FILE } from './file-names.ts';
import { listReleases } from './read-release.ts';

/** Which releases keep their code. */
export interface ReleaseWindow {
  /** The newest so many. Default 5. */
  last?: number;
  /** And what is younger than so many days. Default 90. */
  days?: number;
}

export interface PruneOptions extends ReleaseWindow {
  /** Only says what it would do. */
  dryRun?: boolean;
  /** Epoch milliseconds. */
  now?: number;
  /** Milliseconds for which a file that no release needs is left alone, since a release that does may be on its way. Default: a day. */
  grace?: number;
}

export interface PruneResult {
  /** Versions whose code is gone from now on, highest first. */
  pruned: string[];
  /** Files that no release needs. */
  blobs: number;
}

const DAY = 24 * 60 * 60 * 1000;

/** Kept of a release whose code is gone: what it promised. */
const DOCUMENTS = new Set([MANIFEST_FILE, DOCUMENT_FILE, 'CHANGELOG.md']);

/** Releases outside of the window, highest first. The current one, and the one that a rollback would activate, never are. */
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

/** Retires what is outside of the window for good, then clears away the files that no release needs. Record, manifest and documents stay. */
export async function pruneReleases(
  store: ReleaseStore,
  { dryRun = false, now = Date.now(), grace = DAY, ...window }: PruneOptions = {},
): Promise<PruneResult> {
  let pruned: string[] = [];
  const change = (head: StoreHead, releases: StoredRelease[]): StoreHead | undefined => {
    pruned = releasesOutsideWindow(releases, head, window, now)
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
  const before = await listReleases(store);
  const { head: found } = await store.head();
  const head = dryRun
    ? (change(found, before) ?? found)
    : await changeHead(store, (now) => change(now, before));

  const old: string[] = [];
  for await (const { sha256, written } of store.blobs())
    if (written < now - grace) old.push(sha256);
  // Read after the files were listed: a release that came in between is known here.
  const needed = neededBlobs(await listReleases(store), head);
  const unneeded = old.filter((sha256) => !needed.has(sha256));
  if (!dryRun) for (const sha256 of unneeded) await store.removeBlob(sha256);
  return { pruned, blobs: unneeded.length };
}

/** Digests of what releases still consist of. */
export function neededBlobs(releases: StoredRelease[], head: StoreHead): Set<string> {
  return new Set(
    releases.flatMap((release) => remainingFiles(release, head).map(({ sha256 }) => sha256)),
  );
}

export function remainingFiles(
  { version, files }: StoredRelease,
  head: StoreHead,
): StoredRelease['files'] {
  const gone = statusOf(head, version) === 'retired' && head.marks[version]?.pruned === true;
  return gone ? files.filter(({ path }) => DOCUMENTS.has(path)) : files;
}
