import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { replaceCacheFile } from '../../files/cache-file.ts';
import { readText } from '../../files/read-text.ts';

export interface CacheEntry<Result> {
  /** What else decides the result: the route as it was scanned, the modules. */
  key: string;
  /** From the root, with the hash of each. */
  files: [file: string, hash: string][];
  result: Result;
}

const SAVE_DELAY = 500;
/** Lines that no one reads any more, for each that is read, before the file is written anew. */
const WASTE = 2;

/**
 * Results in one file of the cache folder, a line each: environment, name, entry, between tabs; the last line of a name counts.
 * An edit adds a line, so its cost does not grow with the app, and only what is asked for is parsed. A line that can't be read is none.
 */
export class CacheStore {
  readonly #file: string | undefined;
  readonly #environment: string;
  /** By name; a text is JSON that was not needed yet. */
  #entries: Map<string, CacheEntry<unknown> | string> | undefined;
  readonly #unsaved = new Set<string>();
  #lines = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param environment what all entries depend on; another one makes them worthless. */
  constructor(folder: string | undefined, environment: string) {
    this.#file = folder === undefined ? undefined : `${folder}/contracts.tsv`;
    this.#environment = environment;
  }

  get(name: string): CacheEntry<unknown> | undefined {
    const found = this.#load().get(name);
    if (typeof found !== 'string') return found;
    const entry = toEntry(found);
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

  /** Drops what is not in the app any more. */
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
    return `${this.#environment}\t${JSON.stringify(name)}\t${typeof entry === 'string' ? entry : JSON.stringify(entry)}\n`;
  }

  #load(): Map<string, CacheEntry<unknown> | string> {
    if (this.#entries) return this.#entries;
    this.#entries = new Map();
    for (const line of this.#file === undefined ? [] : readLines(this.#file)) {
      this.#lines++;
      const [environment, name, json] = line.split('\t', 3);
      if (environment !== this.#environment || name === undefined || json === undefined) continue;
      this.#entries.set(parse(name) as string, json);
    }
    return this.#entries;
  }
}

/** Begins a line of its own even where a process died within one. */
function append(file: string, text: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    appendFileSync(file, `\n${text}`);
  } catch {
    // A cache that can't be written is only slower.
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

function toEntry(json: string): CacheEntry<unknown> | undefined {
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
