import { randomUUID } from 'node:crypto';
import { realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { makeFolder } from '../../data/make-folder.ts';
import type { ReleaseStore, StoredFile, StoredRelease } from '../../ports.ts';
import { readLimited } from './directory/limited-read.ts';
import { storeError } from './errors.ts';
import { bundleFile, CLIENT_FOLDER, MANIFEST_FILE } from './file-names.ts';
import { forEachLimited } from './for-each-limited.ts';
import { readStoredFile, sha256Hex } from './read-release.ts';

/** Whether a server needs this file of a release to run it: its code or the manifest. */
export function isServerFile({ path }: StoredFile): boolean {
  return path.startsWith('server/') || path === MANIFEST_FILE;
}

/**
 * Writes the code of a release into a folder and checks each file against its digest. Returns the
 * path of the module whose default export is the bundle. Several processes may do this at the same
 * time. An existing file is fetched again only if its digest differs.
 * @throws {GatiError} GATI_RELEASE_DAMAGED when a file is missing or differs from its digest
 */
export async function materialize(
  store: ReleaseStore,
  release: StoredRelease,
  folder: string,
): Promise<string> {
  await copyFiles(store, release, folder, isServerFile);
  return bundleFile(folder);
}

/**
 * Writes the client files of a release below a folder, as {@link materialize} does with its code.
 * Returns their folder.
 * @throws {GatiError} GATI_RELEASE_DAMAGED when a file is missing or differs from its digest
 */
export async function materializeClient(
  store: ReleaseStore,
  release: StoredRelease,
  folder: string,
): Promise<string> {
  await copyFiles(store, release, folder, ({ path }) => path.startsWith(CLIENT_FOLDER));
  return join(folder, CLIENT_FOLDER);
}

async function copyFiles(
  store: ReleaseStore,
  release: StoredRelease,
  folder: string,
  isWanted: (file: StoredFile) => boolean,
): Promise<void> {
  await forEachLimited(release.files.filter(isWanted), async (file) => {
    const path = join(folder, file.path);
    const existing = await readLimited(path, file.bytes).catch(() => undefined);
    if (existing && sha256Hex(existing) === file.sha256) return;
    const bytes = await readStoredFile(store, release, file);
    makeFolder(dirname(path));
    await checkInside(folder, dirname(path));
    const temporary = `${path}.${randomUUID()}`;
    try {
      await writeFile(temporary, bytes);
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  });
}

/** Throws when a link in `folder` leads `inner` out of it. */
async function checkInside(folder: string, inner: string): Promise<void> {
  const [outer, real] = await Promise.all([realpath(folder), realpath(inner)]);
  if (real === outer || real.startsWith(outer + sep)) return;
  throw storeError(
    'GATI_CACHE',
    `Releases can't be unpacked in ${folder}: a link in it leads to ${real}.`,
    'Remove the folder; the next start unpacks the release again.',
  );
}
