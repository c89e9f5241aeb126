import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Creates a folder and its parents. Returns the first one that it created. `mkdir` with `recursive`
 * never ends in Node 20 where no folder can be created, such as below /proc.
 *
 * @throws when a folder can't be created
 */
export function makeFolder(folder: string, mode?: number): string | undefined {
  const path = resolve(folder);
  const parent = dirname(path);
  if (existsSync(path) || parent === path) return undefined;
  const first = makeFolder(parent, mode);
  try {
    mkdirSync(path, mode);
  } catch (error) {
    // Another process has created it.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return first;
  }
  return first ?? path;
}
