import { FileHashes, hashOf } from './cache/file-hashes.ts';
import type { CacheStore } from './cache/cache-store.ts';
import { type ImportGraph, importName } from './project/import-graph.ts';
import type { ProjectFiles } from './project/project-files.ts';
import type { AnalysisResult, Subject } from './subjects.ts';

interface KnownResult {
  facts: string;
  result: AnalysisResult;
  hasUnresolved: boolean;
}

/**
 * The results that hold until one of their files changes: in memory, and in the cache on disk.
 *
 * A result is *partial* when the compiler was shown only a part of the app. It holds for this
 * process until the whole app is shown, and never goes to disk.
 */
export class KnownResults {
  readonly #files: ProjectFiles;
  readonly #graph: ImportGraph;
  readonly #cache: CacheStore;
  readonly #hashes = new FileHashes();
  /** Results by the name of the subject. */
  readonly #results = new Map<string, KnownResult>();
  readonly #partial = new Set<string>();
  /** JSON of dropped partial results, until {@link KnownResults.takeDropped}. */
  readonly #dropped = new Map<string, string>();

  constructor(files: ProjectFiles, graph: ImportGraph, cache: CacheStore) {
    this.#files = files;
    this.#graph = graph;
    this.#cache = cache;
  }

  /** Returns a result from memory, or from the cache if none of its files changed. */
  get<Result extends AnalysisResult>({ name, facts }: Subject<Result>): Result | undefined {
    const known = this.#results.get(name);
    if (known?.facts === facts) return known.result as Result;
    const entry = this.#cache.get(name);
    if (!entry || entry.key !== this.#key(facts, entry.files)) return undefined;
    if (!entry.files.every(([file, hash]) => this.#hashes.of(this.#files.absolute(file)) === hash))
      return undefined;
    this.#results.set(name, { facts, result: entry.result as Result, hasUnresolved: false });
    return entry.result as Result;
  }

  set({ name, facts }: Subject, result: AnalysisResult, hasUnresolved: boolean): void {
    this.#results.set(name, { facts, result, hasUnresolved });
    if (this.#files.isFocused) this.#partial.add(name);
    else this.#partial.delete(name);
    if (hasUnresolved || this.#files.isFocused) return;
    // Hashes of what the compiler read: the disk may already hold an edit that was not reported.
    const files = result.dependencies.map((file): [string, string] => {
      const absolute = this.#files.absolute(file);
      return [file, this.#graph.hashOf(absolute) ?? this.#hashes.of(absolute)];
    });
    this.#cache.set(name, { key: this.#key(facts, files), files, result });
  }

  /** Drops partial results, as the compiler is shown the whole app now. */
  dropPartial(): void {
    for (const name of this.#partial) {
      this.#dropped.set(name, JSON.stringify(this.#results.get(name)?.result));
      this.#results.delete(name);
    }
    this.#partial.clear();
  }

  /** Returns the JSON of the partial results that were dropped since the last call, by name. */
  takeDropped(): Map<string, string> {
    const dropped = new Map(this.#dropped);
    this.#dropped.clear();
    return dropped;
  }

  /**
   * Forgets results that depend on these files, or all of them. Returns the files of the routes and
   * effects that it forgot.
   */
  invalidate(files: readonly string[], all: boolean): Set<string> {
    const changed = new Set(files);
    this.#hashes.forget(files.map((file) => this.#files.absolute(file)));
    const affected = new Set<string>();
    // A new file may take the place of another one of its name, such as `dep.ts` of `dep/index.ts`.
    const known = new Set([...this.#results.values()].flatMap(({ result }) => result.dependencies));
    const names = new Set(files.filter((file) => !known.has(file)).map(importName));
    // An edit of a known file compares no names, since there may be thousands.
    const isAffected = (file: string): boolean =>
      changed.has(file) || (names.size > 0 && names.has(importName(file)));
    for (const [name, { result, hasUnresolved }] of this.#results) {
      if (!all && !hasUnresolved && !result.dependencies.some(isAffected)) continue;
      this.#results.delete(name);
      affected.add(result.contract.file);
    }
    return affected;
  }

  /** Uses the cache of another environment: see `environmentHash`. */
  changeEnvironment(environment: string): void {
    this.#cache.changeEnvironment(environment);
  }

  /** Removes other subjects from the cache: they are no longer in the app. */
  keepOnly(subjects: readonly Subject[]): void {
    this.#cache.keep(new Set(subjects.map(({ name }) => name)));
  }

  save(): void {
    this.#cache.save();
  }

  /**
   * Returns a hash of the facts of a subject. Includes all modules if the subject uses one of them,
   * the config if the subject uses it, and all foreign modules.
   */
  #key(facts: string, files: readonly (readonly [file: string, hash: string])[]): string {
    const { modules, foreign, config } = this.#files.registered;
    const own = new Set(files.map(([file]) => file));
    const usesModules = modules.some(({ file }) => own.has(file));
    return hashOf(
      JSON.stringify([
        facts,
        usesModules ? modules : [],
        config !== undefined && own.has(config) ? config : '',
        ...(foreign === undefined ? [] : [foreign]),
      ]),
    );
  }
}
