import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export function hashOf(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** Hashes of files by absolute name, read once until they are said to have changed. */
export class FileHashes {
  readonly #known = new Map<string, string>();

  /** `-` for a file that is not there. */
  of(file: string): string {
    let hash = this.#known.get(file);
    if (hash === undefined) {
      try {
        hash = hashOf(withoutMark(readFileSync(file)));
      } catch {
        hash = '-';
      }
      this.#known.set(file, hash);
    }
    return hash;
  }

  forget(files: readonly string[]): void {
    for (const file of files) this.#known.delete(file);
  }
}

/** A compiler reads a file without its byte order mark. */
function withoutMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}
