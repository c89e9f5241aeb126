import type { Contract, Defs, Diagnostic, EffectContract, RouteContract } from '@gati/contract';
import type { RouteValues, SchemaValues } from '../compile/trust.ts';
import type { EffectFile, RouteFile, Scan } from '../scan/types.ts';
import type { Engine } from './compiler/open-compiler.ts';

export interface AnalyzerOptions {
  /** The root of the project. */
  root: string;
  /** Default: `.gati/cache` in the root. `false` stores nothing on disk. */
  cacheDir?: string | false;
  engine?: Engine;
  /** Without it, schema values are read by their type. */
  loadSchema?: LoadSchema;
}

/**
 * Imports a value that a handler exports: a Standard Schema (`body`, `query`, `params`, `headers`)
 * or `responses`. `file` is from the root, with `/`.
 */
export type LoadSchema = (file: string, exportName: string) => Promise<unknown>;

/**
 * Turns types into contracts. The development server or the build keeps one analyzer for its whole
 * life. All file names are from the root of the project, with `/`.
 */
export interface Analyzer {
  /** The compiler in use: the TypeScript 7 API, or the classic API of TypeScript 5.9 and 6.0. */
  readonly engine: 'typescript-7' | 'typescript-classic';
  /**
   * Analyses the whole app, through the cache. Calls `onRoute` for each route as soon as it is
   * ready, in no fixed order.
   */
  analyze(scan: Scan, onRoute?: (result: AnalyzedRoute) => void): Promise<Analysis>;
  /**
   * Stores what the scan found. Single routes, analysed before or after {@link Analyzer.analyze},
   * then see modules, effects and each other.
   */
  register(scan: Scan): void;
  /** Analyses one route with the current files, ahead of a running {@link Analyzer.analyze}. */
  route(route: RouteFile): Promise<AnalyzedRoute>;
  effect(effect: EffectFile): Promise<AnalyzedEffect>;
  /**
   * Returns the current type errors of these files, by file. A file that no route imports has none.
   */
  errors(files: string[]): Promise<Map<string, Diagnostic[]>>;
  /**
   * If single contracts were read from a part of the app, shows the compiler the rest and reads
   * those contracts again. Slow, so call it when the server is idle. Returns the files whose
   * contract changed.
   */
  complete(): Promise<string[]>;
  /**
   * Forgets the results that depend on files that were changed, added or removed. They are analysed
   * again when they are next requested. Returns the files of the affected routes and effects.
   */
  invalidate(files: string[]): string[];
  close(): Promise<void>;
}

export interface AnalyzedRoute {
  contract: RouteContract;
  /** The definitions that this contract refers to, by name. */
  $defs: Defs;
  /** Parts that schema values decide. Absent: none. */
  values?: RouteValues;
  warnings: Diagnostic[];
  /** Files whose text this result depends on, without `node_modules`. */
  dependencies: string[];
}

export interface AnalyzedEffect {
  contract: EffectContract;
  $defs: Defs;
  /** Absent: no schema value decides the payload. */
  values?: SchemaValues;
  warnings: Diagnostic[];
  dependencies: string[];
}

export interface Analysis {
  contract: Contract;
  /** Parts of each route that schema values decide, by route id. */
  values: Record<string, RouteValues>;
  /** Whether a schema value decides the payload of each effect, by effect name. */
  effectValues: Record<string, SchemaValues>;
  warnings: Diagnostic[];
}
