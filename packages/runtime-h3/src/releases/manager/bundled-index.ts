import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReleaseMark, StoredRelease } from '../../ports.ts';
import { storeError } from '../store/errors.ts';

/** Beside the folders of the releases: `dist/server/releases/index.json`. */
export const BUNDLED_FILE = 'index.json';

/** A release that a build took along. Its files are in the folder of its version, as `materialize` writes them. */
export type BundledRelease = Pick<StoredRelease, 'version' | 'id' | 'date'> & ReleaseMark;

/** What `dist/server/releases` holds: the releases in the window when it was built, and retired ones by name alone. Sorted by version, highest first. */
export interface BundledReleases {
  releases: BundledRelease[];
}

/** `[]`: the build took none along. */
export async function readBundledIndex(folder: string): Promise<BundledRelease[]> {
  const file = join(folder, BUNDLED_FILE);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  let cause: unknown;
  try {
    const { releases } = JSON.parse(text) as Partial<BundledReleases>;
    if (Array.isArray(releases)) return releases;
  } catch (error) {
    cause = error;
  }
  throw storeError(
    'GATI_RELEASE_DAMAGED',
    `The list of older releases in the build, ${file}, can't be read: it is not what was built.`,
    'Copy the build again, the whole folder dist/, or build again.',
    cause,
  );
}
