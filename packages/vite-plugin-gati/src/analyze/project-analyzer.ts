import { assembleContract, type Diagnostic } from '@gati/contract';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { NamedFile, RouteFile, Scan } from '../scan/types.ts';
import { environmentHash } from './cache/environment-hash.ts';
import { FileHashes, hashOf } from './cache/file-hashes.ts';
import { CacheStore } from './cache/cache-store.ts';
import { analyzeEffect } from './contract/analyze-effect.ts';
import { analyzeRoute } from './contract/analyze-route.ts';
import { type LoadSchema, loadSchemas } from './contract/schema-values/load-schemas.ts';
import type { Compiler } from './compiler/compiler.ts';
import type { Engine } from './compiler/open-compiler.ts';
import { LazyCompiler } from './lazy-compiler.ts';
import { ProjectFiles } from './project/project-files.ts';
import type { ProgramSnapshot } from './program-snapshot.ts';
import { typeErrors } from './type-errors.ts';
import type { Analysis, AnalyzedEffect, AnalyzedRoute, Analyzer } from './analyzer.ts';

export interface ProgramOptions {
  /** Absolute, with `/`. */
  root: string;
  cacheDir?: string | false;
  engine?: Engine;
  loadSchema?: LoadSchema;
}

/** Work between two turns of the event loop, so that requests are served meanwhile. */
const SLICE = 8;

type Done = AnalyzedRoute | AnalyzedEffect;

interface Subject<Result extends Done> {
  /** In the cache: one a file and kind. */
  name: string;
  file: string;
  /** Files that count beside what the file imports. */
  besides: readonly string[];
  /** What the scan says of it. */
  facts: unknown;
  /** Runs the user's code where a schema value has to be read. */
  prepare(): Promise<(snapshot: ProgramSnapshot) => Omit<Result, 'dependencies'>>;
}

export class ProjectAnalyzer implements Analyzer {
  readonly #options: ProgramOptions;
  readonly #files: ProjectFiles;
  readonly #program: LazyCompiler;
  readonly #hashes = new FileHashes();
  readonly #cache: CacheStore;
  /** Results that hold until one of their files changes, by name of the subject. */
  readonly #done = new Map<string, { facts: string; result: Done; dangling: boolean }>();
  /** Names of results that were read while the compiler was shown a part of the app only. They hold for this process, not for the cache. */
  readonly #partial = new Set<string>();
  /** What such results were, until they are compared with those of the whole app. */
  readonly #before = new Map<string, string>();
  /** Raised by each change: what was begun before may be out of date. */
  #generation = 0;

  constructor(options: ProgramOptions) {
    const { root, cacheDir = `${root}/.gati/cache`, engine = 'auto' } = options;
    this.#options = options;
    this.#files = new ProjectFiles(root);
    this.#program = new LazyCompiler(this.#files, engine);
    const environment =
      cacheDir === false
        ? ''
        : environmentHash(root, engine, options.loadSchema ? 'values' : 'types');
    this.#cache = new CacheStore(cacheDir === false ? undefined : cacheDir, environment);
  }

  get engine(): Compiler['engine'] {
    return (
      this.#program.compiler?.engine ??
      (this.#options.engine === 'typescript-classic' ? 'typescript-classic' : 'typescript-7')
    );
  }

  /** Whether anything had to be asked that the cache did not know. */
  get compilerStarted(): boolean {
    return this.#program.compiler !== undefined;
  }

  async analyze(scan: Scan, onRoute?: (done: AnalyzedRoute) => void): Promise<Analysis> {
    this.#program.change(this.#files.register(scan));
    const subjects: Subject<Done>[] = [
      ...scan.routes.map((route) => this.#routeSubject(route)),
      ...scan.effects.map((effect) => this.#effectSubject(effect)),
    ];
    this.#cache.keep(new Set(subjects.map(({ name }) => name)));
    const told = new Set<Done>();
    const results = new Map<string, Done>();
    // Once more for what changed while the rest was being read.
    for (let round = 0; round < 5; round++) {
      const generation = this.#generation;
      await this.#readAll(subjects, (subject, result) => {
        results.set(subject.name, result);
        if (!told.has(result) && 'method' in result.contract) onRoute?.(result as AnalyzedRoute);
        told.add(result);
      });
      if (generation === this.#generation) break;
    }
    this.#cache.save();
    const routes = scan.routes.map((route) => results.get(routeName(route)) as AnalyzedRoute);
    const effects = scan.effects.map((effect) => results.get(effectName(effect)) as AnalyzedEffect);
    return {
      contract: assembleContract({ routes, effects, modules: scan.modules }),
      warnings: distinct([...routes, ...effects].flatMap((done) => done.warnings)),
    };
  }

  async #readAll(
    subjects: readonly Subject<Done>[],
    tell: (subject: Subject<Done>, result: Done) => void,
  ): Promise<void> {
    if (this.#files.isFocused && subjects.filter((subject) => !this.#known(subject)).length > 1)
      this.#widen();
    const missing: Subject<Done>[] = [];
    for (const subject of subjects) {
      const known = this.#known(subject);
      if (known) tell(subject, known);
      else missing.push(subject);
    }
    if (missing.length > 1) {
      const snapshot = await this.#program.open();
      this.#program.graph.load(
        snapshot.compiler,
        missing.map(({ file }) => this.#files.absolute(file)),
      );
    }
    let since = performance.now();
    for (const subject of missing) {
      tell(subject, await this.#read(subject));
      if (performance.now() - since < SLICE) continue;
      await nextTurn();
      since = performance.now();
    }
  }

  register(scan: Scan): void {
    this.#program.change(this.#files.register(scan));
  }

  async route(route: RouteFile): Promise<AnalyzedRoute> {
    const { registered } = this.#files;
    const before = registered.routes.find(({ file, id }) => file === route.file && id === route.id);
    if (JSON.stringify(before) !== JSON.stringify(route)) {
      const routes = [...registered.routes.filter((each) => each !== before), route].sort((a, b) =>
        a.id < b.id ? -1 : 1,
      );
      this.#program.change(this.#files.register({ ...registered, routes }));
    }
    return this.#read(this.#routeSubject(route));
  }

  async effect(effect: NamedFile): Promise<AnalyzedEffect> {
    const { registered } = this.#files;
    if (
      !registered.effects.some(({ name, file }) => name === effect.name && file === effect.file)
    ) {
      this.#program.change(
        this.#files.register({
          ...registered,
          effects: [...registered.effects.filter(({ name }) => name !== effect.name), effect],
        }),
      );
    }
    return this.#read(this.#effectSubject(effect));
  }

  async errors(files: string[]): Promise<Map<string, Diagnostic[]>> {
    const found = new Map<string, Diagnostic[]>();
    for (const file of files) {
      this.#focus([this.#files.absolute(file)]);
      const read = async (): Promise<Diagnostic[]> =>
        typeErrors((await this.#program.open()).compiler, this.#files, this.#files.absolute(file));
      let errors = await read();
      if (errors.length > 0 && this.#widen()) errors = await read();
      found.set(file, errors);
      await nextTurn();
    }
    return found;
  }

  async complete(): Promise<string[]> {
    if (this.compilerStarted) this.#widen();
    const before = new Map(this.#before);
    this.#before.clear();
    if (before.size === 0) return [];
    const { routes, effects } = this.#files.registered;
    const subjects: Subject<Done>[] = [
      ...routes.map((route) => this.#routeSubject(route)),
      ...effects.map((effect) => this.#effectSubject(effect)),
    ];
    const other: string[] = [];
    for (const subject of subjects.filter(({ name }) => before.has(name))) {
      await nextTurn();
      if (JSON.stringify(await this.#read(subject)) !== before.get(subject.name))
        other.push(subject.file);
    }
    return other;
  }

  invalidate(files: string[]): string[] {
    const changed = new Set(files);
    const absolute = files.map((file) => this.#files.absolute(file));
    this.#generation++;
    this.#hashes.forget(absolute);
    const all = files.some(
      (file) => /(^|\/)(tsconfig[^/]*|package)\.json$/.test(file) || file.endsWith('.d.ts'),
    );
    const affected = new Set<string>();
    for (const [name, { result, dangling }] of this.#done) {
      if (!all && !dangling && !result.dependencies.some((file) => changed.has(file))) continue;
      this.#done.delete(name);
      affected.add(result.contract.file);
    }
    if (all) this.#program.change([this.#files.configFile]);
    this.#program.change(absolute);
    for (const { file } of [...this.#files.registered.routes, ...this.#files.registered.effects])
      if (changed.has(file)) affected.add(file);
    return [...affected].sort();
  }

  async close(): Promise<void> {
    this.#cache.save();
    this.#program.close();
  }

  #routeSubject(route: RouteFile): Subject<AnalyzedRoute> {
    const { line: _, ...facts } = route;
    return {
      name: routeName(route),
      file: route.file,
      besides: route.middleware,
      facts,
      prepare: async () => {
        const loaded = await loadSchemas(route, this.#options.loadSchema, this.#options.root);
        return (snapshot) => analyzeRoute(snapshot, route, loaded);
      },
    };
  }

  #effectSubject(effect: NamedFile): Subject<AnalyzedEffect> {
    return {
      name: effectName(effect),
      file: effect.file,
      besides: [],
      facts: effect,
      prepare: async () => (snapshot) => analyzeEffect(snapshot, effect),
    };
  }

  /** From memory, or from the cache if none of its files is other than it was. */
  #known<Result extends Done>(subject: Subject<Result>): Result | undefined {
    const facts = JSON.stringify(subject.facts);
    const done = this.#done.get(subject.name);
    if (done?.facts === facts) return done.result as Result;
    const entry = this.#cache.get(subject.name);
    if (!entry || entry.key !== this.#key(facts, entry.files)) return undefined;
    if (!entry.files.every(([file, hash]) => this.#hashes.of(this.#files.absolute(file)) === hash))
      return undefined;
    this.#done.set(subject.name, { facts, result: entry.result as Result, dangling: false });
    return entry.result as Result;
  }

  /** Which file a module is counts for those that use modules: their files are among the dependencies. */
  #key(facts: string, files: readonly (readonly [file: string, hash: string])[]): string {
    const { modules, config } = this.#files.registered;
    const own = new Set(files.map(([file]) => file));
    const usesModules = modules.some(({ file }) => own.has(file));
    return hashOf(
      JSON.stringify([
        facts,
        usesModules ? modules : [],
        config !== undefined && own.has(config) ? config : '',
      ]),
    );
  }

  async #read<Result extends Done>(subject: Subject<Result>): Promise<Result> {
    const known = this.#known(subject);
    if (known) return known;
    const generation = this.#generation;
    const run = await subject.prepare();
    for (let attempt = 0; ; attempt++) {
      try {
        const { snapshot, files, dangling } = await this.#open(subject);
        const result = { ...run(snapshot), dependencies: files } as Result;
        if (result.warnings.length > 0 && this.#widen()) continue;
        if (generation === this.#generation) this.#remember(subject, result, dangling);
        return result;
      } catch (error) {
        // The compiler is another program: if it dies, a new one answers.
        this.#program.restart();
        if (attempt > 0) throw error;
      }
    }
  }

  /** The compiler, shown what this subject needs, and the files that it depends on. */
  async #open(
    subject: Subject<Done>,
  ): Promise<{ snapshot: ProgramSnapshot; files: string[]; dangling: boolean }> {
    this.#focus([subject.file, ...subject.besides].map((file) => this.#files.absolute(file)));
    for (;;) {
      const snapshot = await this.#program.open();
      const { files, dangling } = this.#dependencies(snapshot, subject);
      if (!this.#files.isFocused) return { snapshot, files, dangling };
      const absolute = files.map((file) => this.#files.absolute(file));
      const speaks = absolute.some(
        (file) => !isDeclaration(file) && speaksOfRoutes(snapshot.compiler.source(file)?.text),
      );
      const isSame = speaks ? !this.#widen() : !this.#focus(absolute);
      if (isSame) return { snapshot, files, dangling };
    }
  }

  /** `false`: all of it is shown already. */
  #focus(files: readonly string[]): boolean {
    const changed = this.#files.focus(files);
    this.#program.change(changed);
    return changed.length > 0;
  }

  /** Shows the compiler the whole app; `false`: it is shown already. */
  #widen(): boolean {
    if (!this.#files.isFocused) return false;
    this.#program.change(this.#files.focus('all'));
    for (const name of this.#partial) {
      this.#before.set(name, JSON.stringify(this.#done.get(name)?.result));
      this.#done.delete(name);
    }
    this.#partial.clear();
    return true;
  }

  #dependencies(
    snapshot: ProgramSnapshot,
    subject: Subject<Done>,
  ): { files: string[]; dangling: boolean } {
    const { graph } = this.#program;
    const { modules, config } = this.#files.registered;
    const roots = [subject.file, ...subject.besides].map((file) => this.#files.absolute(file));
    graph.load(snapshot.compiler, roots);
    const own = roots.map((root) => graph.closure(root));
    const words = own.flatMap((closure) => closure.words);
    const speaksOf = (word: string): boolean => words.some((set) => set.has(word));
    const given = modules
      .filter(({ name }) => name.split(/[^\w$]+/).every(speaksOf))
      .map(({ file }) => this.#files.absolute(file));
    if (config !== undefined && speaksOf('config')) given.push(this.#files.absolute(config));
    graph.load(snapshot.compiler, given);
    const whole = [...own, ...given.map((file) => graph.closure(file))];
    const files = new Set(whole.flatMap((closure) => [...closure.files]));
    // The registry is made from the scan and is part of the key.
    files.delete(this.#files.registryFile);
    return {
      files: [...files].map((file) => this.#files.relative(file)).sort(),
      dangling: whole.some(({ hasUnresolved }) => hasUnresolved),
    };
  }

  #remember(subject: Subject<Done>, result: Done, dangling: boolean): void {
    const facts = JSON.stringify(subject.facts);
    this.#done.set(subject.name, { facts, result, dangling });
    if (this.#files.isFocused) this.#partial.add(subject.name);
    else this.#partial.delete(subject.name);
    if (dangling || this.#files.isFocused) return;
    // What the compiler read counts: the disk may hold an edit already that nobody has told yet.
    const files = result.dependencies.map((file): [string, string] => {
      const absolute = this.#files.absolute(file);
      return [file, this.#program.graph.hashOf(absolute) ?? this.#hashes.of(absolute)];
    });
    this.#cache.set(subject.name, { key: this.#key(facts, files), files, result });
  }
}

function routeName(route: RouteFile): string {
  return `route ${route.id} ${route.file}`;
}

function effectName(effect: NamedFile): string {
  return `effect ${effect.name} ${effect.file}`;
}

const isDeclaration = (file: string): boolean => /\.d\.[mc]?ts$/.test(file);

/** Types of other routes are reached by their names, without an import. */
function speaksOfRoutes(text = ''): boolean {
  return /\bGatiRoutes\b|\b(?:Handler|Args|Req|Res)\s*<\s*['"`]/.test(text);
}

/** A helper that many routes use is warned of once. */
function distinct(warnings: readonly Diagnostic[]): Diagnostic[] {
  return [...new Map(warnings.map((warning) => [JSON.stringify(warning), warning])).values()];
}
