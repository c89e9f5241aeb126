import fs from 'node:fs';

/**
 * Returns the text of a file, or `undefined` if it can't be read. Synchronous: for small files that
 * is faster than an asynchronous read.
 */
export function readText(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
