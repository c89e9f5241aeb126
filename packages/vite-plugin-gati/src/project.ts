import fs from 'node:fs';
import path from 'node:path';
import type { Contract, Diagnostic } from '@gati/contract';
import type { Engine } from './analyze/compiler/open-compiler.ts';
import type {
  Analysis,
  AnalyzedRoute,
  Analyzer,
  AnalyzerOptions,
  LoadSchema,
} from './analyze/analyzer.ts';
import { writeGenerated, writeTypes } from './generate/write-generated.ts';
import { createSchemaLoader } from './analyze/schema-loader.ts';
import { type GatiOptions, type ResolvedOptions, resolveOptions } from './options.ts';
import { readPackage } from './files/package-json.ts';
import { createScanner } from './scan/scanner.ts';
import { withoutFollowUps } from './scan/follow-ups.ts';
import { createForeignModules, type ForeignModules } from './foreign/foreign-modules.ts';
import { LOCK_FILE } from './foreign/lock.ts';
import { isDeclaration } from './foreign/read-declarations.ts';
import type { Scan } from './scan/types.ts';

/**
 * An app on disk, without Vite: its files, its contract, and what is generated from them. Used by
 * the development server (across restarts), by builds and by commands. Each part is created on
 * first use.
 */
export interface Project {
  /** Absolute. */
  readonly root: string;
  readonly options: ResolvedOptions;
  /** Name and version of `package.json`. The defaults are the name of the folder and 1.0.0. */
  readonly app: { name: string; version: string };
  /** Reads all files again, and parses those that changed. */
  scan(): Promise<Scan>;
  /**
   * Applies the current contents of some files. Returns the scan with them.
   *
   * @param texts by file, from the root, with `/`; `undefined` for a removed file
   */
  update(texts: ReadonlyMap<string, string | undefined>): Scan;
  /**
   * Replaces the loader of Standard Schema values: a development server has their modules already.
   */
  useSchemaLoader(load: LoadSchema): void;
  /** Modules that run outside of the app's process. */
  readonly foreign: ForeignModules;
  /** Returns the analyzer. The first call starts its compiler. */
  analyzer(): Promise<Analyzer>;
  /** Marks files as changed. Returns the files of routes and effects whose contract may change. */
  invalidate(files: string[]): Promise<string[]>;
  /** Returns the scan and the contract of the files. */
  analyze(known?: {
    scan?: Scan;
    /** Called for each route, in no particular order. */
    onRoute?: (route: AnalyzedRoute) => void;
  }): Promise<ProjectAnalysis>;
  /**
   * Writes types, client, manifest and OpenAPI document below `.gati`. Returns the files whose
   * bytes changed.
   *
   * @param version by default the one that follows from the last release
   */
  generate(known?: ProjectAnalysis, version?: string): Promise<string[]>;
  /** Writes only the types that need no contract. */
  generateTypes(scan: Scan): Promise<string[]>;
  /** Whether a generated file, from the root, exists. */
  isGenerated(file: string): Promise<boolean>;
  close(): Promise<void>;
}

export interface ProjectAnalysis extends Analysis {
  scan: Scan;
  /** Diagnostics of the scan, then those of the types. */
  diagnostics: Diagnostic[];
}

export interface ProjectInput {
  root: string;
  options?: GatiOptions;
  /** The compiler. The default is the first that starts. */
  engine?: Engine;
  /** Replaces the analyzer of this package. */
  createAnalyzer?: (settings: AnalyzerOptions) => Promise<Analyzer>;
}

export function createProject(input: ProjectInput): Project {
  const root = path.resolve(input.root);
  const options = resolveOptions(input.options);
  const cacheDir = path.join(root, '.gati/cache');
  const scanner = createScanner(root, { cacheDir, base: options.base });
  let analyzer: Promise<Analyzer> | undefined;
  let app: Project['app'] | undefined;
  let current: Scan | undefined;
  const foreign = createForeignModules(root, options.modules, async (name, module) => {
    const { readPackageTypes } = await import('./analyze/read-package-types.ts');
    return readPackageTypes(
      root,
      () => (input.createAnalyzer ?? loadAnalyzer)({ root, cacheDir: false, engine: input.engine }),
      name,
      module,
    );
  });
  let loadSchema: LoadSchema = createSchemaLoader(root);

  /** Makes a scan the current one, also in a running analyzer. */
  function register(scan: Scan): Scan {
    if (scan === current) return scan;
    current = scan;
    void analyzer?.then((started) => started.register(scan)).catch(() => undefined);
    return scan;
  }

  /** Proposes a version. Imports its code late, because a build passes the version itself. */
  async function propose(contract: Contract): Promise<string> {
    const { createVersionProposer } = await import('./releases/propose-version.ts');
    return createVersionProposer(project)(contract);
  }

  const project: Project = {
    root,
    options,
    get app() {
      return (app ??= readPackage(root));
    },
    foreign,
    async scan() {
      foreign.read();
      return register(foreign.extend(await scanner.scan()));
    },
    update(texts) {
      if ([...texts.keys()].some((file) => isDeclaration(file) || file === LOCK_FILE))
        foreign.read();
      return register(foreign.extend(scanner.update(texts)));
    },
    useSchemaLoader(load) {
      loadSchema = load;
    },
    analyzer() {
      if (analyzer) return analyzer;
      const started = (input.createAnalyzer ?? loadAnalyzer)({
        root,
        cacheDir,
        engine: input.engine,
        loadSchema: (file, exportName) => loadSchema(file, exportName),
      });
      // The analyzer receives the current scan before callers of this function receive the
      // analyzer.
      analyzer = started.then((engine) => {
        if (current) engine.register(current);
        return engine;
      });
      analyzer.catch(() => (analyzer = undefined));
      return analyzer;
    },
    async invalidate(files) {
      return (await analyzer)?.invalidate(files) ?? [];
    },
    async analyze({ scan: known, onRoute } = {}) {
      if (known === undefined) await foreign.pinAll({ refresh: false });
      const [scan, engine] = await Promise.all([known ?? project.scan(), project.analyzer()]);
      const analysis = await engine.analyze(scan, onRoute);
      return {
        ...analysis,
        scan,
        diagnostics: withoutFollowUps([...scan.diagnostics, ...analysis.warnings]),
      };
    },
    async generate(known, version) {
      const analysis = known ?? (await project.analyze());
      const app = { ...project.app, version: version ?? (await propose(analysis.contract)) };
      return writeGenerated({ root, app, options }, analysis);
    },
    generateTypes: (scan) => writeTypes(root, scan),
    isGenerated: async (file) => fs.existsSync(path.join(root, file)),
    async close() {
      const opened = analyzer;
      analyzer = undefined;
      await opened?.then((engine) => engine.close());
    },
  };
  return project;
}

/** Imported late: callers that need only the scan don't load the compiler. */
async function loadAnalyzer(settings: AnalyzerOptions): Promise<Analyzer> {
  const { createAnalyzer } = await import('./analyze/create-analyzer.ts');
  return createAnalyzer(settings);
}
