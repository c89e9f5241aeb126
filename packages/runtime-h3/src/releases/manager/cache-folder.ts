import { lstat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatiError } from '@gati/contract';
import { makeFolder } from '../../data/make-folder.ts';

/**
 * Returns the folder for the code of stored releases: `GATI_CACHE`, else a private folder of this
 * user below the temporary one. The server runs code from there, so no other user may write to it.
 * @throws {GatiError} GATI_CACHE when the folder belongs to another user or others can write to it
 */
export async function openCacheFolder(configured: string | undefined): Promise<string> {
  if (configured) {
    makeFolder(configured);
    return configured;
  }
  const folder = join(tmpdir(), `gati-releases-${process.getuid?.() ?? 'user'}`);
  makeFolder(folder, 0o700);
  const found = await lstat(folder);
  const isOwn = process.getuid === undefined || found.uid === process.getuid();
  if (found.isDirectory() && isOwn && (process.getuid === undefined || (found.mode & 0o022) === 0))
    return folder;
  throw new GatiError({
    code: 'GATI_CACHE',
    message: `Releases can't be unpacked in ${folder}: the folder belongs to another user or is writable by others.`,
    fix: 'Remove it, or set GATI_CACHE to a folder of this user.',
  });
}
