import fs from 'node:fs';

/** A file's text, at once: for small files that takes less than asking for it. `undefined` where it can't be read. */
export function readText(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
