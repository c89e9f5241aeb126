import { isGatiError } from '@gati/contract';
import type { ReleaseStore, StoredFile, StoredRelease, StoreHead } from '../../ports.ts';
import { forEachLimited } from './for-each-limited.ts';
import { EMPTY_HEAD } from './head.ts';
import { MANIFEST_FILE } from './file-names.ts';
import { remainingFiles } from './prune.ts';
import { listReleases, readManifest, sha256Hex } from './read-release.ts';

export interface Damage {
  /** `''` for the head, which belongs to no release. */
  version: string;
  path: string;
  /**
   * `unreadable`: a record, the head or a manifest can't be parsed, or the manifest is that of
   * another release. `missing`, of a record: the head names a release that the store does not have.
   */
  fault: 'missing' | 'changed' | 'unreadable';
  /** Reason why a document is unreadable. */
  reason?: string;
}

export interface VerifyResult {
  releases: number;
  files: number;
  /** Sorted by version and path. Empty: every file is as it was stored. */
  damaged: Damage[];
}

/**
 * Reads the head, every record and every file of every release, compares each file with its digest
 * and parses each document. Each blob is read once, each manifest twice.
 */
export async function verifyStore(store: ReleaseStore): Promise<VerifyResult> {
  const damaged: Damage[] = [];
  const report = (version: string, path: string, error: unknown): void =>
    void damaged.push({ version, path, fault: 'unreadable', reason: reasonOf(error) });
  const head = await readHead(store, (error) => report('', 'head.json', error));
  const releases = await listReleases(store, (version, error) =>
    report(version, 'release.json', error),
  );
  const known = new Set([...releases, ...damaged].map(({ version }) => version));
  for (const version of namedVersions(head))
    if (!known.has(version)) damaged.push({ version, path: 'release.json', fault: 'missing' });
  const files = releases.flatMap((release) =>
    remainingFiles(release, head).map((file) => ({ ...file, release })),
  );
  const faults = await findBlobFaults(store, files);
  for (const { release, path, sha256 } of files) {
    const { version } = release;
    const fault = faults.get(sha256);
    if (fault) damaged.push({ version, path, fault });
    else if (path === MANIFEST_FILE)
      await readManifest(store, release).catch((error: unknown) => report(version, path, error));
  }
  for (const release of releases)
    if (!hasManifest(release))
      report(release.version, MANIFEST_FILE, 'the record does not list it');
  return { releases: known.size - (known.has('') ? 1 : 0), files: files.length, damaged };
}

async function readHead(
  store: ReleaseStore,
  onDamaged: (error: unknown) => void,
): Promise<StoreHead> {
  try {
    return (await store.head()).head;
  } catch (error) {
    if (!isGatiError(error) || error.code !== 'GATI_STORE_DAMAGED') throw error;
    onDamaged(error);
    return EMPTY_HEAD;
  }
}

const namedVersions = ({ current, before, marks }: StoreHead): Set<string> =>
  new Set([...(current === undefined ? [] : [current]), ...before, ...Object.keys(marks)]);

const hasManifest = ({ files }: StoredRelease): boolean =>
  files.some(({ path }) => path === MANIFEST_FILE);

/** Reads each blob once. Returns the faults by digest. */
async function findBlobFaults(
  store: ReleaseStore,
  files: StoredFile[],
): Promise<Map<string, 'missing' | 'changed'>> {
  const faults = new Map<string, 'missing' | 'changed'>();
  const blobs = new Map(files.map(({ sha256, bytes }) => [sha256, bytes]));
  await forEachLimited([...blobs], async ([sha256, length]) => {
    const bytes = await store.blob(sha256, length);
    if (!bytes) faults.set(sha256, 'missing');
    else if (sha256Hex(bytes) !== sha256) faults.set(sha256, 'changed');
  });
  return faults;
}

/** Returns the reason of an error on one line, without its code and its fix. */
export function reasonOf(error: unknown): string {
  const text = isGatiError(error)
    ? ((error as { diagnostic?: { message: string } }).diagnostic?.message ?? error.message)
    : String(error);
  return text.split('\n', 1)[0]!;
}
