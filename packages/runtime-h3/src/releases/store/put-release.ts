import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { type Manifest, parseManifest } from '@gati/contract';
import type { ReleaseStore, StoredRelease } from '../../ports.ts';
import { findRecordFault } from './documents.ts';
import { storeError } from './errors.ts';
import { MANIFEST_FILE } from './file-names.ts';
import { forEachLimited } from './for-each-limited.ts';
import { findStored, hasIntactBlob, sha256Hex } from './read-release.ts';

export interface PutOptions {
  /** RFC 3339; default: now. */
  at?: string;
  /** Digest of the container image of the same folder. */
  image?: string;
}

export interface PutResult {
  release: StoredRelease;
  /** Manifest of the build. */
  manifest: Manifest;
  /** `false`: the store already had the same release. */
  created: boolean;
}

/**
 * Bundled older releases are not stored again, since each is a release in the store. The panel belongs
 * to the server that runs, not to one of its releases.
 */
const OTHER_FOLDERS = ['server/releases/', 'server/panel/'];

/**
 * Stores the output folder of a build as an immutable release. Storing the same release again
 * restores files that the store lost, and changes nothing else.
 * @throws {GatiError} GATI_RELEASE_NOT_BUILT when the folder has no build of a server
 * @throws {GatiError} GATI_RELEASE_CONFLICT when the store has another build of that version
 */
export async function putRelease(
  store: ReleaseStore,
  folder: string,
  { at, image }: PutOptions = {},
): Promise<PutResult> {
  const manifest = await readBuilt(folder);
  const { version, id } = manifest.release;
  const files = await listFiles(folder);
  const release: StoredRelease = {
    version,
    id,
    date: at ?? new Date().toISOString(),
    files: files.map(({ path, bytes }) => ({
      path,
      bytes: bytes.byteLength,
      sha256: sha256Hex(bytes),
    })),
    ...(image !== undefined && { image }),
  };
  const fault = findRecordFault(release);
  if (fault !== undefined) throw notBuiltError(folder, `it can't be stored, since ${fault}`);
  const existing = await findStored(store, version);
  if (existing && existing.id !== id) throw conflictError(store, release, existing);
  const wanted = existing ?? release;
  const content = new Map(release.files.map(({ sha256 }, index) => [sha256, files[index]!.bytes]));
  const blobs = [...new Set(wanted.files.map(({ sha256 }) => sha256))].filter((sha256) =>
    content.has(sha256),
  );
  const restore = async (sha256: string): Promise<void> => {
    const bytes = content.get(sha256)!;
    if (!(await hasIntactBlob(store, sha256, bytes.byteLength))) await store.putBlob(sha256, bytes);
  };
  await forEachLimited(
    blobs,
    existing ? restore : (sha256) => store.putBlob(sha256, content.get(sha256)!),
  );
  if (existing) return { release: existing, manifest, created: false };
  if (!(await store.create(release))) {
    const winner = await findStored(store, version);
    if (winner?.id !== id) throw conflictError(store, release, winner);
    return { release: winner, manifest, created: false };
  }
  // A prune may have removed old blobs between the two steps above.
  await forEachLimited(blobs, restore);
  return { release, manifest, created: true };
}

async function readBuilt(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, MANIFEST_FILE), 'utf8').catch(() => undefined);
  const manifest = text === undefined ? undefined : parseManifest(text);
  if (manifest?.release.code !== undefined) return manifest;
  throw notBuiltError(
    folder,
    manifest
      ? `its ${MANIFEST_FILE} does not come from a build of a server`
      : `${MANIFEST_FILE} is missing`,
  );
}

const notBuiltError = (folder: string, reason: string): Error =>
  storeError(
    'GATI_RELEASE_NOT_BUILT',
    `There is no build in ${folder}: ${reason}.`,
    'Run `gati build` first.',
  );

async function listFiles(folder: string): Promise<{ path: string; bytes: Uint8Array }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) =>
      join(entry.parentPath, entry.name).slice(join(folder, sep).length).split(sep).join('/'),
    )
    .filter((path) => OTHER_FOLDERS.every((folder) => !path.startsWith(folder)))
    .sort((a, b) => (a < b ? -1 : 1));
  return Promise.all(
    paths.map(async (path) => ({ path, bytes: await readFile(join(folder, path)) })),
  );
}

function conflictError(
  store: ReleaseStore,
  release: StoredRelease,
  other: Pick<StoredRelease, 'id' | 'date'> | undefined,
): Error {
  return storeError(
    'GATI_RELEASE_CONFLICT',
    `The release store ${store.url} already has another release ${release.version}${other ? ` (${other.id}, ${other.date})` : ''}; this build is ${release.id}.`,
    'Build again, so that the version follows from the releases that the store has now, then run `gati release`.',
  );
}
