import { createHash } from 'node:crypto';
import path from 'node:path';
import { glob } from 'tinyglobby';
import { readText } from '../files/read-text.ts';
import { assemble } from './assemble.ts';
import { createFactsCache } from './facts-cache.ts';
import type { FileFacts, ScannedFile } from './file-facts.ts';
import { readFacts } from './read-facts.ts';
import { roleOf, SCAN_PATTERNS } from './layout.ts';
import type { Scan } from './types.ts';

/** Scans an app repeatedly, and parses only files whose text changed. */
export interface Scanner {
  /** Reads every file with a role. */
  scan(): Promise<Scan>;
  /**
   * Takes the current contents of files, by name from the root with `/`. `undefined` means that the
   * file was deleted. It reads nothing from disk. Returns the same object if the scan did not
   * change.
   */
  update(texts: ReadonlyMap<string, string | undefined>): Scan;
}

export interface ScannerOptions {
  /** Folder that stores facts for the next run. Default: none are stored. */
  cacheDir?: string;
  /** Prefix of all routes: `''` or `/api`. */
  base?: string;
}

export function createScanner(root: string, { cacheDir, base = '' }: ScannerOptions = {}): Scanner {
  const cache = cacheDir === undefined ? undefined : createFactsCache(cacheDir);
  let parsed = 0;
  const files = new Map<string, ScannedFile & { hash: string }>();
  /**
   * The number of the update that last reported a file. Content that a scan read before is older.
   */
  const updatedAt = new Map<string, number>();
  let updates = 0;
  let last: Scan | undefined;

  function updateFile(file: string, text: string | undefined): void {
    const role = roleOf(file);
    if (!role) return;
    if (text === undefined) {
      if (files.delete(file)) last = undefined;
      return;
    }
    const hash = createHash('sha1').update(text).digest('base64');
    const before = files.get(file);
    if (before?.hash === hash) return;
    const facts = cache?.get(file, hash) ?? parse(file, text);
    const isStale = Boolean(facts.syntax && before && (before.isStale || !before.facts.syntax));
    // Most edits change only the body of a function, and so no fact.
    if (
      !before ||
      facts.syntax ||
      before.facts.syntax ||
      comparableFacts(facts) !== comparableFacts(before.facts)
    )
      last = undefined;
    files.set(file, {
      file,
      role,
      hash,
      isStale,
      facts: isStale && before ? { ...before.facts, syntax: facts.syntax } : facts,
    });
  }

  function parse(file: string, text: string): FileFacts {
    parsed++;
    return readFacts(file, text);
  }

  return {
    async scan() {
      const begun = updates;
      const isNewer = (file: string): boolean => (updatedAt.get(file) ?? 0) > begun;
      const found = await glob([...SCAN_PATTERNS], { cwd: root, expandDirectories: false });
      const present = new Set(found.map((file) => file.replaceAll('\\', '/')));
      for (const file of files.keys())
        if (!present.has(file) && !isNewer(file)) updateFile(file, undefined);
      for (const file of present) {
        if (!roleOf(file) || isNewer(file)) continue;
        const text = readText(path.join(root, file));
        // A known file that is empty now is probably being written by an editor. If it stays empty,
        // `update` reports it.
        if (text !== '' || !files.has(file)) updateFile(file, text);
      }
      if (parsed > 0) cache?.save(files.values());
      parsed = 0;
      return (last ??= assemble([...files.values()], base));
    },
    update(texts) {
      updates++;
      for (const [file, text] of texts) {
        updatedAt.set(file, updates);
        updateFile(file, text);
      }
      return (last ??= assemble([...files.values()], base));
    },
  };
}

/** JSON of facts without code frames, which change with the lines around them. */
const comparableFacts = (facts: FileFacts): string =>
  JSON.stringify(facts, (key, value: unknown) => (key === 'frame' ? undefined : value));

/** Scans an app once, without a cache. */
export function scan(root: string): Promise<Scan> {
  return createScanner(root).scan();
}
