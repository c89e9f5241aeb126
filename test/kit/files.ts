import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/**
 * Creates an empty folder outside the repository and returns its real path. The caller removes it.
 * Tests use `temporaryFolder()`; this is for code that runs outside a test file, such as a global
 * setup or a server that benchmarks start too.
 */
export const createFolder = (name: string): string =>
  fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), `gati-${name}-`)));

/**
 * Changes the text of a file as editors do: writes a second file, then renames it over the first.
 *
 * @example
 * editFile(path.join(app, 'src/handlers/hello.ts'), (text) => text.replace('Hello', 'Welcome'));
 */
export function editFile(file: string, change: (text: string) => string): void {
  const text = change(fs.readFileSync(file, 'utf8'));
  fs.writeFileSync(`${file}.tmp`, text);
  fs.renameSync(`${file}.tmp`, file);
}
