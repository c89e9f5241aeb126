import fs from 'node:fs';
import path from 'node:path';
import { replaceCacheFile } from '../files/cache-file.ts';
import type { FileFacts } from './file-facts.ts';

/** Raised whenever the same text may give other facts. */
const FORMAT = 4;

interface CacheContent {
  format: number;
  /** By file; a text is known by its hash. */
  files: Record<string, { hash: string; facts: FileFacts }>;
}

/** What earlier runs read from the same texts, in one file of the cache folder. */
export interface FactsCache {
  get(file: string, hash: string): FileFacts | undefined;
  save(files: Iterable<{ file: string; hash: string; isStale?: boolean; facts: FileFacts }>): void;
}

export function createFactsCache(folder: string): FactsCache {
  const target = path.join(folder, 'scan.json');
  let known: CacheContent['files'] | undefined;
  return {
    get(file, hash) {
      known ??= readCacheFile(target);
      const found = known[file];
      return found?.hash === hash ? found.facts : undefined;
    },
    save(files) {
      known = {};
      for (const { file, hash, isStale, facts } of files)
        if (!isStale) known[file] = { hash, facts };
      replaceCacheFile(
        target,
        JSON.stringify({ format: FORMAT, files: known } satisfies CacheContent),
      );
    },
  };
}

function readCacheFile(file: string): CacheContent['files'] {
  try {
    const pack = JSON.parse(fs.readFileSync(file, 'utf8')) as Partial<CacheContent> | null;
    if (pack?.format === FORMAT && typeof pack.files === 'object' && pack.files !== null)
      return pack.files;
  } catch {
    // Not there, or not whole.
  }
  return {};
}
