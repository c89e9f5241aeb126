import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { type Manifest, parseManifest } from '@gati/contract';
import type { ReleaseStore, StoredRelease } from '../../ports.ts';
import { storeError } from './errors.ts';
import { MANIFEST_FILE } from './file-names.ts';
import { forEachLimited, hasIntactBlob, sha256Hex } from './read-release.ts';

export interface PutOptions {
  /** RFC 3339; default: now. */
  at?: string;
  /** Digest of the image that was made of the same folder. */
  image?: string;
}

export interface PutResult {
  release: StoredRelease;
  /** Of what was built. */
  manifest: Manifest;
  /** `false`: the same release was there already. */
  created: boolean;
}

/** Copies of older releases are in the store as releases of their own. */
const OLDER = 'server/releases/';

/**
 * Puts the output folder of a build into the store, as an immutable snapshot. The same release again changes nothing and puts back what the store lost.
 * @throws GatiError `GATI_RELEASE_NOT_BUILT`, or `GATI_RELEASE_CONFLICT` where another build has that version.
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
  const taken = (await store.list()).find((other) => other.version === version);
  if (taken && taken.id !== id) throw conflict(store, release, taken);
  const wanted = taken ?? release;
  const content = new Map(release.files.map(({ sha256 }, index) => [sha256, files[index]!.bytes]));
  const blobs = [...new Set(wanted.files.map(({ sha256 }) => sha256))].filter((sha256) =>
    content.has(sha256),
  );
  await forEachLimited(blobs, async (sha256) => {
    if (!taken || !(await hasIntactBlob(store, sha256)))
      await store.putBlob(sha256, content.get(sha256)!);
  });
  if (taken) return { release: taken, manifest, created: false };
  if (!(await store.create(release))) {
    const winner = (await store.list()).find((other) => other.version === version);
    if (winner?.id !== id) throw conflict(store, release, winner);
    return { release: winner, manifest, created: false };
  }
  // Somebody may have cleared away old blobs between the two steps above.
  await forEachLimited(blobs, async (sha256) => {
    if (!(await hasIntactBlob(store, sha256))) await store.putBlob(sha256, content.get(sha256)!);
  });
  return { release, manifest, created: true };
}

async function readBuilt(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, MANIFEST_FILE), 'utf8').catch(() => undefined);
  const manifest = text === undefined ? undefined : parseManifest(text);
  if (manifest?.release.code !== undefined) return manifest;
  throw storeError(
    'GATI_RELEASE_NOT_BUILT',
    `There is no build in ${folder}: ${manifest ? `its ${MANIFEST_FILE} is of no bundled server` : `${MANIFEST_FILE} is not there`}.`,
    'Run `gati build` first.',
  );
}

async function listFiles(folder: string): Promise<{ path: string; bytes: Uint8Array }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) =>
      join(entry.parentPath, entry.name).slice(join(folder, sep).length).split(sep).join('/'),
    )
    .filter((path) => !path.startsWith(OLDER))
    .sort((a, b) => (a < b ? -1 : 1));
  return Promise.all(
    paths.map(async (path) => ({ path, bytes: await readFile(join(folder, path)) })),
  );
}

function conflict(
  store: ReleaseStore,
  release: StoredRelease,
  other: Pick<StoredRelease, 'id' | 'date'> | undefined,
): Error {
  return storeError(
    'GATI_RELEASE_CONFLICT',
    `The release store ${store.url} has another release ${release.version} already${other ? ` (${other.id}, ${other.date})` : ''}; this build is ${release.id}.`,
    'Build again, so that the version is worked out against what the store has now, then run `gati release`.',
  );
}
