import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

export interface Entry<Result> {
  /** What else decides the result: the route as it was scanned, the modules. */
  key: string;
  /** From the root, with the hash of each. */
  files: [file: string, hash: string][];
  result: Result;
}

interface Pack {
  environment: string;
  entries: Record<string, Entry<unknown>>;
}

const SAVE_DELAY = 500;

/** Results in one file of the cache folder. A file that can't be read is no cache; one that is written is whole. */
export class CacheStore {
  readonly #file: string | undefined;
  readonly #environment: string;
  #entries: Map<string, Entry<unknown>> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #dirty = false;

  /** @param environment what all entries depend on; another one makes them worthless. */
  constructor(folder: string | undefined, environment: string) {
    this.#file = folder === undefined ? undefined : `${folder}/contracts.json`;
    this.#environment = environment;
  }

  get(name: string): Entry<unknown> | undefined {
    return this.#load().get(name);
  }

  set(name: string, entry: Entry<unknown>): void {
    if (!this.#file) return;
    this.#load().set(name, entry);
    this.#changed();
  }

  /** Drops what is not in the app any more. */
  keep(names: ReadonlySet<string>): void {
    for (const name of this.#load().keys()) {
      if (names.has(name)) continue;
      this.#entries?.delete(name);
      this.#changed();
    }
  }

  #changed(): void {
    this.#dirty = true;
    this.#timer ??= setTimeout(() => this.save(), SAVE_DELAY).unref();
  }

  save(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#dirty || !this.#file) return;
    this.#dirty = false;
    const pack: Pack = {
      environment: this.#environment,
      entries: Object.fromEntries([...this.#load()].sort(([a], [b]) => (a < b ? -1 : 1))),
    };
    const temporary = `${this.#file}.${process.pid}.tmp`;
    try {
      mkdirSync(this.#file.slice(0, this.#file.lastIndexOf('/')), { recursive: true });
      writeFileSync(temporary, JSON.stringify(pack));
      renameSync(temporary, this.#file);
    } catch {
      // A cache that can't be written is only slower.
      rmSync(temporary, { force: true });
    }
  }

  #load(): Map<string, Entry<unknown>> {
    if (!this.#entries) {
      this.#entries = new Map();
      const pack = this.#file === undefined ? undefined : readPack(this.#file);
      if (pack?.environment === this.#environment)
        for (const [name, entry] of Object.entries(pack.entries)) if (isEntry(entry)) this.#entries.set(name, entry);
    }
    return this.#entries;
  }
}

function readPack(file: string): Pack | undefined {
  try {
    const pack = JSON.parse(readFileSync(file, 'utf8')) as Partial<Pack> | null;
    if (pack && typeof pack.environment === 'string' && typeof pack.entries === 'object' && pack.entries !== null) return pack as Pack;
  } catch {
    // Not there, or not whole.
  }
  return undefined;
}

function isEntry(value: unknown): value is Entry<unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const { key, files, result } = value as Partial<Entry<unknown>>;
  const pairs =
    Array.isArray(files) && files.every((each) => Array.isArray(each) && typeof each[0] === 'string' && typeof each[1] === 'string');
  return typeof key === 'string' && pairs && typeof result === 'object' && result !== null && 'contract' in result && 'warnings' in result;
}
