import { createHash } from 'node:crypto';
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

/** Writes a document of a cache with the digest of its content. */
export function writeCacheDocument(file: string, value: unknown): void {
  const json = JSON.stringify(value);
  replaceCacheFile(file, `${cacheDigest(json)}\n${json}\n`);
}

/**
 * Reads a document of a cache. Returns `undefined` when the file is missing, or differs from what
 * was written: the cache is made again.
 */
export function readCacheDocument(file: string): unknown {
  try {
    const [digest, json = ''] = fs.readFileSync(file, 'utf8').split('\n', 2);
    return digest === cacheDigest(json) ? (JSON.parse(json) as unknown) : undefined;
  } catch {
    return undefined;
  }
}

/** Returns a digest that finds damage. */
export function cacheDigest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
