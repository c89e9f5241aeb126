import path from 'node:path';
import { readCacheDocument, writeCacheDocument } from '../files/cache-file.ts';
import type { FileFacts } from './file-facts.ts';

/** Increase it when the same text may give different facts, or facts get a different form. */
const FORMAT = 8;

interface CacheContent {
  format: number;
  /** Keyed by file, with the hash of the text. */
  files: Record<string, { hash: string; facts: FileFacts }>;
}

/** Facts that earlier runs read, in one file of the cache folder. */
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
      writeCacheDocument(target, { format: FORMAT, files: known } satisfies CacheContent);
    },
  };
}

function readCacheFile(file: string): CacheContent['files'] {
  const content = readCacheDocument(file) as CacheContent | undefined;
  return content?.format === FORMAT ? content.files : {};
}
