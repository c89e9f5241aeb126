import fs from 'node:fs';
import { afterAll } from 'vitest';
import { createFolder } from './files.ts';

const folders: string[] = [];

// Registered by the import, so before the hooks of the test file. Vitest runs `afterAll` hooks in
// reverse: the test file has stopped its servers when the folders go.
afterAll(() => {
  for (const folder of folders.splice(0))
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

/**
 * Creates an empty folder outside the repository and returns its real path. Vitest removes the
 * folder after the last test of the file.
 *
 * @param name part of the name of the folder, to recognise it among temporary folders
 *
 * @example
 * let folder: string;
 * beforeEach(() => {
 *   folder = temporaryFolder('cache');
 * });
 */
export function temporaryFolder(name: string): string {
  const folder = createFolder(name);
  folders.push(folder);
  return folder;
}
