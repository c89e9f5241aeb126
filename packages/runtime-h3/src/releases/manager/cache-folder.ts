import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatiError } from '@gati/contract';

/**
 * Where releases of a store are unpacked: `GATI_CACHE`, else a folder of this user's own below the temporary one.
 * Code is run from there, so nobody else may be able to write into it. @throws GatiError `GATI_CACHE`
 */
export async function openCacheFolder(configured: string | undefined): Promise<string> {
  if (configured) {
    await mkdir(configured, { recursive: true });
    return configured;
  }
  const folder = join(tmpdir(), `gati-releases-${process.getuid?.() ?? 'user'}`);
  await mkdir(folder, { mode: 0o700, recursive: true });
  const found = await lstat(folder);
  const isOwn = process.getuid === undefined || found.uid === process.getuid();
  if (found.isDirectory() && isOwn && (process.getuid === undefined || (found.mode & 0o022) === 0))
    return folder;
  throw new GatiError({
    code: 'GATI_CACHE',
    message: `Releases can't be unpacked in ${folder}: other users can write there, or it is theirs.`,
    fix: 'Remove it, or set GATI_CACHE to a folder of this user.',
  });
}
