import { assembleContract, type Diagnostic } from '@gati/contract';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { toModuleParts } from '../scan/module-parts.ts';
import type { EffectFile, RouteFile, Scan } from '../scan/types.ts';
import type {
  Analysis,
  AnalyzedEffect,
  AnalyzedRoute,
  Analyzer,
  AnalyzerOptions,
} from './analyzer.ts';
import { CacheStore } from './cache/cache-store.ts';
import { environmentHash } from './cache/environment-hash.ts';
import type { Compiler } from './compiler/compiler.ts';
import { type Dependencies, findDependencies } from './dependencies.ts';
import { KnownResults } from './known-results.ts';
import { LazyCompiler } from './lazy-compiler.ts';
import type { ProgramSnapshot } from './program-snapshot.ts';
import { ProjectFiles } from './project/project-files.ts';
import {
  type AnalysisResult,
  effectKey,
  effectSubject,
  routeKey,
  routeSubject,
  type Subject,
  subjectsOf,
} from './subjects.ts';
import { typeErrors } from './type-errors.ts';
import { explainUnresolved } from './unresolved-types.ts';

/** Milliseconds of work between two turns of the event loop, so that requests are served. */
const SLICE = 8;
/** Maximum number of rounds of {@link ProjectAnalyzer.analyze}, if files change while it runs. */
const MAX_ROUNDS = 5;

/**
 * The analyzer of one project. It shows the compiler only the routes that were requested
 * ({@link ProjectFiles.focus}), and the whole app once a result needs it: several routes, types of
 * another route, a warning.
 */
export class ProjectAnalyzer implements Analyzer {
  readonly #options: AnalyzerOptions;
  readonly #files: ProjectFiles;
  readonly #compiler: LazyCompiler;
  readonly #results: KnownResults;
  readonly #readEnvironment: () => string;
  /** Counts changes. A result whose analysis began before the last one may be out of date. */
  #generation = 0;

  /** @param options `root` is absolute and real, with `/`. */
  constructor(options: AnalyzerOptions) {
    const { root, cacheDir = `${root}/.gati/cache`, engine = 'auto' } = options;
    this.#options = options;
    this.#readEnvironment = () =>
      cacheDir === false
        ? ''
        : environmentHash(root, engine, options.loadSchema ? 'values' : 'types');
    this.#files = new ProjectFiles(root);
    this.#compiler = new LazyCompiler(this.#files, engine);
    const cache = new CacheStore(
      cacheDir === false ? undefined : cacheDir,
      this.#readEnvironment(),
    );
    this.#results = new KnownResults(this.#files, this.#compiler.graph, cache);
  }

  get engine(): Compiler['engine'] {
    return (
      this.#compiler.running?.engine ??
      (this.#options.engine === 'typescript-classic' ? 'typescript-classic' : 'typescript-7')
    );
  }

  /** Whether the cache lacked an answer, so that the compiler was started. */
  get compilerStarted(): boolean {
    return this.#compiler.running !== undefined;
  }

  async analyze(scan: Scan, onRoute?: (result: AnalyzedRoute) => void): Promise<Analysis> {
    this.register(scan);
    const subjects = subjectsOf(scan, this.#options);
    this.#results.keepOnly(subjects);
    const reported = new Set<AnalysisResult>();
    const results = new Map<string, AnalysisResult>();
    // A file may change while the others are read. The next round then reads the stale results
    // again.
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const generation = this.#generation;
      await this.#readAll(subjects, (subject, result) => {
        results.set(subject.name, result);
        if (!reported.has(result) && 'method' in result.contract)
          onRoute?.(result as AnalyzedRoute);
        reported.add(result);
      });
      if (generation === this.#generation) break;
    }
    this.#results.save();
    const routes = scan.routes.map((route) => results.get(routeKey(route)) as AnalyzedRoute);
    const effects = scan.effects.map((effect) => results.get(effectKey(effect)) as AnalyzedEffect);
    return {
      contract: assembleContract({ routes, effects, ...toModuleParts(scan) }),
      values: Object.fromEntries(
        routes.flatMap(({ contract, values }) => (values ? [[contract.id, values]] : [])),
      ),
      effectValues: Object.fromEntries(
        effects.flatMap(({ contract, values }) => (values ? [[contract.name, values]] : [])),
      ),
      warnings: distinct([...routes, ...effects].flatMap(({ warnings }) => warnings)),
    };
  }

  register(scan: Scan): void {
    this.#compiler.change(this.#files.register(scan));
  }

  async route(route: RouteFile): Promise<AnalyzedRoute> {
    const { registered } = this.#files;
    const before = registered.routes.find(({ file, id }) => file === route.file && id === route.id);
    if (JSON.stringify(before) !== JSON.stringify(route)) {
      const routes = [...registered.routes.filter((each) => each !== before), route].sort((a, b) =>
        a.id < b.id ? -1 : 1,
      );
      this.#compiler.change(this.#files.register({ ...registered, routes }));
    }
    return this.#read(routeSubject(route, this.#options));
  }

  async effect(effect: EffectFile): Promise<AnalyzedEffect> {
    const { registered } = this.#files;
    if (
      !registered.effects.some(({ name, file }) => name === effect.name && file === effect.file)
    ) {
      const effects = [...registered.effects.filter(({ name }) => name !== effect.name), effect];
      this.#compiler.change(this.#files.register({ ...registered, effects }));
    }
    return this.#read(effectSubject(effect, this.#options));
  }

  async errors(files: string[]): Promise<Map<string, Diagnostic[]>> {
    const found = new Map<string, Diagnostic[]>();
    for (const file of files) {
      const absolute = this.#files.absolute(file);
      this.#focus([absolute]);
      const read = async (): Promise<Diagnostic[]> =>
        typeErrors((await this.#compiler.open()).compiler, this.#files, absolute);
      let errors = await read();
      if (errors.length > 0 && this.#showWholeApp()) errors = await read();
      found.set(file, errors);
      await nextTurn();
    }
    return found;
  }

  async complete(): Promise<string[]> {
    if (this.compilerStarted) this.#showWholeApp();
    const dropped = this.#results.takeDropped();
    if (dropped.size === 0) return [];
    const changed: string[] = [];
    const subjects = subjectsOf(this.#files.registered, this.#options);
    for (const subject of subjects.filter(({ name }) => dropped.has(name))) {
      await nextTurn();
      if (JSON.stringify(await this.#read(subject)) !== dropped.get(subject.name))
        changed.push(subject.file);
    }
    return changed;
  }

  invalidate(files: string[]): string[] {
    this.#generation++;
    const changesAll = files.some(
      (file) => /(^|\/)(tsconfig[^/]*|package)\.json$/.test(file) || file.endsWith('.d.ts'),
    );
    const affected = this.#results.invalidate(files, changesAll);
    if (changesAll) {
      this.#results.changeEnvironment(this.#readEnvironment());
      this.#compiler.change([this.#files.configFile]);
    }
    this.#compiler.change(files.map((file) => this.#files.absolute(file)));
    const { routes, effects } = this.#files.registered;
    const changed = new Set(files);
    for (const { file } of [...routes, ...effects]) if (changed.has(file)) affected.add(file);
    return [...affected].sort();
  }

  async close(): Promise<void> {
    this.#results.save();
    this.#compiler.close();
  }

  /** Reads all subjects, those with a known result first. Yields to the event loop in between. */
  async #readAll(
    subjects: readonly Subject[],
    onResult: (subject: Subject, result: AnalysisResult) => void,
  ): Promise<void> {
    const isUnknown = (subject: Subject): boolean => !this.#results.get(subject);
    if (this.#files.isFocused && subjects.filter(isUnknown).length > 1) this.#showWholeApp();
    const missing: Subject[] = [];
    for (const subject of subjects) {
      const known = this.#results.get(subject);
      if (known) onResult(subject, known);
      else missing.push(subject);
    }
    if (missing.length > 1) {
      const { compiler } = await this.#compiler.open();
      this.#compiler.graph.load(
        compiler,
        missing.map(({ file }) => this.#files.absolute(file)),
      );
    }
    let since = performance.now();
    for (const subject of missing) {
      onResult(subject, await this.#read(subject));
      if (performance.now() - since < SLICE) continue;
      await nextTurn();
      since = performance.now();
    }
  }

  async #read<Result extends AnalysisResult>(subject: Subject<Result>): Promise<Result> {
    const known = this.#results.get(subject);
    if (known) return known;
    const generation = this.#generation;
    const analyze = await subject.prepare();
    for (let attempt = 0; ; attempt++) {
      try {
        const { snapshot, files, hasUnresolved } = await this.#open(subject);
        const analyzed = analyze(snapshot);
        const warnings = explainUnresolved(analyzed.warnings, files, (file) =>
          typeErrors(snapshot.compiler, this.#files, this.#files.absolute(file)),
        );
        const result = { ...analyzed, warnings, dependencies: files } as Result;
        // The rest of the app may have the declaration that the warning misses.
        if (result.warnings.length > 0 && this.#showWholeApp()) continue;
        if (generation === this.#generation) this.#results.set(subject, result, hasUnresolved);
        return result;
      } catch (error) {
        // The compiler is another process. If it died, one new start is tried.
        this.#compiler.restart();
        if (attempt > 0) throw error;
      }
    }
  }

  /** Shows the compiler what a subject needs. Returns a snapshot and the subject's dependencies. */
  async #open(subject: Subject): Promise<Dependencies & { snapshot: ProgramSnapshot }> {
    this.#focus([subject.file, ...subject.extraFiles].map((file) => this.#files.absolute(file)));
    for (;;) {
      const snapshot = await this.#compiler.open();
      const { compiler } = snapshot;
      const found = findDependencies(subject, this.#files, compiler, this.#compiler.graph);
      if (!this.#files.isFocused) return { snapshot, ...found };
      const absolute = found.files.map((file) => this.#files.absolute(file));
      const needsAll = absolute.some(
        (file) => !isDeclaration(file) && mentionsOtherRoutes(compiler.source(file)?.text),
      );
      const isComplete = needsAll ? !this.#showWholeApp() : !this.#focus(absolute);
      if (isComplete) return { snapshot, ...found };
    }
  }

  /** Shows the compiler the routes of these files. Returns `false` if it has them already. */
  #focus(files: readonly string[]): boolean {
    const changed = this.#files.focus(files);
    this.#compiler.change(changed);
    return changed.length > 0;
  }

  /** Returns `false` when the compiler is shown the whole app already. */
  #showWholeApp(): boolean {
    if (!this.#files.isFocused) return false;
    this.#compiler.change(this.#files.focus('all'));
    this.#results.dropPartial();
    return true;
  }
}

const isDeclaration = (file: string): boolean => /\.d\.[mc]?ts$/.test(file);

/** Whether a file may use the types of another route: by the route's name, without an import. */
function mentionsOtherRoutes(text = ''): boolean {
  return /\bGatiRoutes\b|\b(?:Handler|Args|Req|Res)\s*<\s*['"`]/.test(text);
}

/** Removes repeated warnings, because several routes may use the same helper. */
function distinct(warnings: readonly Diagnostic[]): Diagnostic[] {
  return [...new Map(warnings.map((warning) => [JSON.stringify(warning), warning])).values()];
}
