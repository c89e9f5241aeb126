import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ReleaseStore, StoredFile } from '../../ports.ts';
import { MANIFEST_FILE } from './file-names.ts';
import { forEachLimited, findRelease, readStoredFile, sha256Hex } from './read-release.ts';

/** Which files of a release a server needs: its code and the manifest. */
export function isServerFile({ path }: StoredFile): boolean {
  return path.startsWith('server/') || path === MANIFEST_FILE;
}

/**
 * Writes the code of a release into a folder, each file checked against its digest, and gives the module whose default export is its bundle.
 * Several processes may do it at once. A file that is there already is read and checked, and fetched again where it differs.
 * @throws GatiError `GATI_RELEASE_UNKNOWN`, `GATI_RELEASE_DAMAGED`
 */
export async function materialize(
  store: ReleaseStore,
  version: string,
  folder: string,
): Promise<string> {
  const release = await findRelease(store, version);
  await forEachLimited(release.files.filter(isServerFile), async (file) => {
    const path = join(folder, file.path);
    const there = await readFile(path).catch(() => undefined);
    if (there && sha256Hex(there) === file.sha256) return;
    const bytes = await readStoredFile(store, release, file);
    await mkdir(dirname(path), { recursive: true });
    const temporary = `${path}.${randomUUID()}`;
    try {
      await writeFile(temporary, bytes);
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  });
  return join(folder, 'server', 'release.mjs');
}
