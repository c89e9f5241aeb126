import fs from 'node:fs';
import path from 'node:path';

/**
 * Writes a file of a cache in one step, so that no reader sees half of it. Ignores failures:
 * without its cache, Gati is only slower.
 */
export function replaceCacheFile(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(temporary, text);
    fs.renameSync(temporary, file);
  } catch {
    try {
      fs.rmSync(temporary, { force: true });
    } catch {
      // Removing may fail for the same reason, for example if the folder is a file.
    }
  }
}
