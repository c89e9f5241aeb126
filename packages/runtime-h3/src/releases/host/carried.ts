import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReleaseMark, StoredRelease } from '../../ports.ts';

/** Beside the folders of the releases: `dist/server/releases/index.json`. */
export const CARRIED_FILE = 'index.json';

/** A release that a build took along. Its files are in the folder of its version, as `materialize` writes them. */
export type CarriedRelease = Pick<StoredRelease, 'version' | 'id' | 'date'> & ReleaseMark;

/** What `dist/server/releases` holds: the releases in the window when it was built, and retired ones by name alone. Sorted by version, highest first. */
export interface CarriedReleases {
  releases: CarriedRelease[];
}

/** `[]`: the build took none along. */
export async function readCarried(folder: string): Promise<CarriedRelease[]> {
  try {
    return (JSON.parse(await readFile(join(folder, CARRIED_FILE), 'utf8')) as CarriedReleases).releases;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
