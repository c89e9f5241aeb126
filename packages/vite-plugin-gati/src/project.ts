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
import type { Scan } from './scan/types.ts';

/**
 * One app on disk: everything that is known of it outside of Vite. A development server has one that outlives its restarts,
 * a build has one, `gati generate` and `gati check` have one. Nothing runs until it is asked for.
 */
export interface Project {
  /** Absolute. */
  readonly root: string;
  readonly options: ResolvedOptions;
  /** The app's `package.json`: where there is no name it is the folder's, where there is no version 1.0.0. */
  readonly app: { name: string; version: string };
  /** Looks at every file again; what did not change is not parsed again. */
  scan(): Promise<Scan>;
  /** Takes up files (from the root, with `/`) with their text as it is now; `undefined`: gone. */
  update(texts: ReadonlyMap<string, string | undefined>): Scan;
  /** From now on Standard Schema values come from here: a development server has the modules already. */
  useSchemaLoader(load: LoadSchema): void;
  /** Made on first use. */
  analyzer(): Promise<Analyzer>;
  /** Says that files changed; gives those (routes and effects) whose contracts may be others now. */
  invalidate(files: string[]): Promise<string[]>;
  /** Scan and contract of the files as they stand. */
  analyze(known?: {
    scan?: Scan;
    onRoute?: (done: AnalyzedRoute) => void;
  }): Promise<ProjectAnalysis>;
  /**
   * Writes types, client, manifest and OpenAPI below `.gati`, for `version` or the one that follows from the last release; gives the files whose bytes
   * changed.
   */
  generate(known?: ProjectAnalysis, version?: string): Promise<string[]>;
  /** Writes the types alone, which need no contract. */
  generateTypes(scan: Scan): Promise<string[]>;
  /** Whether `generate` has written this file (from the root) before. */
  isGenerated(file: string): Promise<boolean>;
  close(): Promise<void>;
}

export interface ProjectAnalysis extends Analysis {
  scan: Scan;
  /** Those of the scan, then those of the types. */
  diagnostics: Diagnostic[];
}

export interface ProjectInput {
  root: string;
  options?: GatiOptions;
  /** Which compiler is asked; by default the first that starts. */
  engine?: Engine;
  /** Another analyzer than the package's own. */
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
  let loadSchema: LoadSchema = createSchemaLoader(root);

  /** A running analyzer hears of every scan. */
  function register(scan: Scan): Scan {
    if (scan === current) return scan;
    current = scan;
    void analyzer?.then((engine) => engine.register(scan)).catch(() => undefined);
    return scan;
  }

  /** Loaded late: a build asks for its version itself. */
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
    scan: async () => register(await scanner.scan()),
    update: (texts) => register(scanner.update(texts)),
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
      // It hears of what was scanned before whoever asked for it goes on.
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
      const [scan, engine] = await Promise.all([known ?? project.scan(), project.analyzer()]);
      const analysis = await engine.analyze(scan, onRoute);
      return { ...analysis, scan, diagnostics: [...scan.diagnostics, ...analysis.warnings] };
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

/** Loaded late: a compiler's start is not paid by who needs the scan only. */
async function loadAnalyzer(settings: AnalyzerOptions): Promise<Analyzer> {
  const { createAnalyzer } = await import('./analyze/create-analyzer.ts');
  return createAnalyzer(settings);
}
