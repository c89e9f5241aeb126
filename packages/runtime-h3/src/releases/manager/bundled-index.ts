import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReleaseMark, StoredRelease } from '../../ports.ts';
import { parseBundledIndex } from '../store/documents.ts';
import { storeError } from '../store/errors.ts';

/** Name of the index, next to the folders of the releases: `dist/server/releases/index.json`. */
export const BUNDLED_FILE = 'index.json';

/** An older release that a build bundled. `materialize` wrote its files to the folder of its version. */
export type BundledRelease = Pick<StoredRelease, 'version' | 'id' | 'date'> & ReleaseMark;

/**
 * Content of the index: the releases in the window at the time of the build, and the names of
 * retired releases. Sorted by version, highest first.
 */
export interface BundledReleases {
  releases: BundledRelease[];
}

/**
 * Reads the index. Returns `[]` when the build bundled no release.
 * @throws {GatiError} GATI_RELEASE_DAMAGED when the index can't be parsed
 */
export async function readBundledIndex(folder: string): Promise<BundledRelease[]> {
  const file = join(folder, BUNDLED_FILE);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const parsed = parseBundledIndex<BundledReleases>(text);
  if ('value' in parsed) return parsed.value.releases;
  throw storeError(
    'GATI_RELEASE_DAMAGED',
    `The list of bundled releases, ${file}, can't be read: ${parsed.fault}.`,
    'Copy the whole folder dist/ again, or build again.',
  );
}
