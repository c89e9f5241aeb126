import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { cacheDigest, replaceCacheFile } from '../../files/cache-file.ts';
import { readText } from '../../files/read-text.ts';

export interface CacheEntry<Result> {
  /** Hash of the dependencies that are not files: the scanned route, the modules. */
  key: string;
  /** Dependencies, from the root, each with the hash of its text. */
  files: [file: string, hash: string][];
  result: Result;
}

/** Milliseconds between the first unsaved entry and the write. */
const SAVE_DELAY = 500;
/** The file is rewritten when it has more than this many outdated lines per current one. */
const WASTE = 2;

/**
 * Stores results in one file of the cache folder. Each line has an environment, a name, the digest of
 * the entry and the entry, separated by tabs. The last line of a name counts. An edit appends a line, so its cost
 * does not grow with the app. An entry is parsed when it is first requested. Damaged lines are
 * ignored.
 */
export class CacheStore {
  readonly #file: string | undefined;
  #environment: string;
  /**
   * Keyed by name. A string is the end of a line that was not parsed yet: a digest, a tab and JSON.
   */
  #entries: Map<string, CacheEntry<unknown> | string> | undefined;
  readonly #unsaved = new Set<string>();
  #lines = 0;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param environment hash of everything that all entries depend on; entries of another
   * environment are ignored
   */
  constructor(folder: string | undefined, environment: string) {
    this.#file = folder === undefined ? undefined : `${folder}/contracts.tsv`;
    this.#environment = environment;
  }

  /**
   * Uses the entries of another environment. The entries of the previous environment stay in the
   * file.
   */
  changeEnvironment(environment: string): void {
    if (environment === this.#environment) return;
    this.save();
    this.#environment = environment;
    this.#entries = undefined;
    this.#lines = 0;
  }

  get(name: string): CacheEntry<unknown> | undefined {
    const found = this.#load().get(name);
    if (typeof found !== 'string') return found;
    const entry = toEntry(name, found);
    if (entry) this.#load().set(name, entry);
    else this.#load().delete(name);
    return entry;
  }

  set(name: string, entry: CacheEntry<unknown>): void {
    if (!this.#file) return;
    this.#load().set(name, entry);
    this.#unsaved.add(name);
    this.#timer ??= setTimeout(() => this.save(), SAVE_DELAY).unref();
  }

  /** Drops the entries of names that are no longer in the app. */
  keep(names: ReadonlySet<string>): void {
    for (const name of this.#load().keys()) if (!names.has(name)) this.#entries?.delete(name);
  }

  save(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#file || this.#unsaved.size === 0) return;
    const entries = this.#load();
    const isWasteful = this.#lines + this.#unsaved.size > (WASTE + 1) * entries.size;
    const names = isWasteful
      ? [...entries.keys()]
      : [...this.#unsaved].filter((name) => entries.has(name));
    const text = names.map((name) => this.#print(name, entries.get(name)!)).join('');
    this.#unsaved.clear();
    if (isWasteful) replaceCacheFile(this.#file, text);
    else append(this.#file, text);
    this.#lines = isWasteful ? names.length : this.#lines + names.length;
  }

  #print(name: string, entry: CacheEntry<unknown> | string): string {
    return `${this.#environment}\t${JSON.stringify(name)}\t${typeof entry === 'string' ? entry : printEntry(name, entry)}\n`;
  }

  #load(): Map<string, CacheEntry<unknown> | string> {
    if (this.#entries) return this.#entries;
    this.#entries = new Map();
    for (const line of this.#file === undefined ? [] : readLines(this.#file)) {
      this.#lines++;
      const [environment, name = '', digest, json] = line.split('\t', 4);
      const known = environment === this.#environment ? parse(name) : undefined;
      if (typeof known === 'string') this.#entries.set(known, `${digest}\t${json}`);
    }
    return this.#entries;
  }
}

/** Begins with a line break: a process may have died while it wrote the last line. */
function append(file: string, text: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    appendFileSync(file, `\n${text}`);
  } catch {
    // A missing cache only makes the next start slower.
  }
}

function readLines(file: string): string[] {
  return (readText(file) ?? '').split('\n').filter((line) => line !== '');
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Returns the digest of an entry and its name, a tab and the entry. */
function printEntry(name: string, entry: CacheEntry<unknown>): string {
  const json = JSON.stringify(entry);
  return `${cacheDigest(name + json)}\t${json}`;
}

function toEntry(name: string, text: string): CacheEntry<unknown> | undefined {
  const [digest, json = ''] = text.split('\t', 2);
  if (digest !== cacheDigest(name + json)) return undefined;
  const value = parse(json);
  if (typeof value !== 'object' || value === null) return undefined;
  const { key, files, result } = value as Partial<CacheEntry<unknown>>;
  const pairs =
    Array.isArray(files) &&
    files.every(
      (each) => Array.isArray(each) && typeof each[0] === 'string' && typeof each[1] === 'string',
    );
  const whole =
    typeof key === 'string' &&
    pairs &&
    typeof result === 'object' &&
    result !== null &&
    'contract' in result &&
    'warnings' in result;
  return whole ? (value as CacheEntry<unknown>) : undefined;
}
