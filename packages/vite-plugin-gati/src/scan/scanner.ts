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

/** Scans an app again and again; only files whose text changed are parsed. */
export interface Scanner {
  /** Looks at every file. */
  scan(): Promise<Scan>;
  /** Takes up files (from the root, with `/`) with their text as it is now; `undefined`: gone. Nothing is read. Gives the same object where nothing is other. */
  update(texts: ReadonlyMap<string, string | undefined>): Scan;
}

export interface ScannerOptions {
  /** Where facts are kept for the next run; none are without it. */
  cacheDir?: string;
  /** All routes stand below it: `''` or `/api`. */
  base?: string;
}

export function createScanner(root: string, { cacheDir, base = '' }: ScannerOptions = {}): Scanner {
  const cache = cacheDir === undefined ? undefined : createFactsCache(cacheDir);
  let parsed = 0;
  const files = new Map<string, ScannedFile & { hash: string }>();
  /** When a file was last told by `update`, in updates. What a scan read before that is older. */
  const told = new Map<string, number>();
  let updates = 0;
  let last: Scan | undefined;

  function take(file: string, text: string | undefined): void {
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
    // Most edits are of a body, of which a scan says nothing.
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
      const isNewer = (file: string): boolean => (told.get(file) ?? 0) > begun;
      const found = await glob([...SCAN_PATTERNS], { cwd: root, expandDirectories: false });
      const present = new Set(found.map((file) => file.replaceAll('\\', '/')));
      for (const file of files.keys())
        if (!present.has(file) && !isNewer(file)) take(file, undefined);
      for (const file of present) {
        if (!roleOf(file) || isNewer(file)) continue;
        const text = readText(path.join(root, file));
        // A known file without text is one that an editor is about to write; if it stays empty, `update` is told.
        if (text !== '' || !files.has(file)) take(file, text);
      }
      if (parsed > 0) cache?.save(files.values());
      parsed = 0;
      return (last ??= assemble([...files.values()], base));
    },
    update(texts) {
      updates++;
      for (const [file, text] of texts) {
        told.set(file, updates);
        take(file, text);
      }
      return (last ??= assemble([...files.values()], base));
    },
  };
}

/** Without the lines around a place, which change with their neighbours. */
const comparableFacts = (facts: FileFacts): string =>
  JSON.stringify(facts, (key, value: unknown) => (key === 'frame' ? undefined : value));

/** Scans an app once. */
export function scan(root: string): Promise<Scan> {
  return createScanner(root).scan();
}
