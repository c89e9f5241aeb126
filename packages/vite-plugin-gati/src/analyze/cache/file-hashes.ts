import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Returns the first 32 hex digits of a SHA-256. */
export function hashOf(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** Hashes of files by absolute name. Each file is read once, until {@link FileHashes.forget}. */
export class FileHashes {
  readonly #known = new Map<string, string>();

  /** Returns `-` for a file that does not exist. */
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

/** Drops the byte order mark, as a compiler does. */
function withoutMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}
