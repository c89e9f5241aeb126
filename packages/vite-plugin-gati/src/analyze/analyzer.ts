import type { Contract, Defs, Diagnostic, EffectContract, RouteContract } from '@gati/contract';
import type { NamedFile, RouteFile, Scan } from '../scan/types.ts';

/**
 * Turns types into contracts. One analyzer lives as long as the development server or the build.
 * All file names are from the root of the project, with `/`.
 */
export interface Analyzer {
  /** Which engine answers: the TypeScript 7 API or the classic one of 5.9 and 6.0. */
  readonly engine: 'typescript-7' | 'typescript-classic';
  /** Everything, through the cache. `onRoute` is told of each route as it is ready, in no set order. */
  analyze(scan: Scan, onRoute?: (done: AnalyzedRoute) => void): Promise<Analysis>;
  /** Says what the scan found, so that single routes asked for before or after `analyze` know modules, effects and each other. */
  register(scan: Scan): void;
  /** One route as the files stand now. Jumps the queue of a running `analyze`. */
  route(route: RouteFile): Promise<AnalyzedRoute>;
  effect(effect: NamedFile): Promise<AnalyzedEffect>;
  /** Type errors of these files as they stand, by file. Files that no route leads to have none. */
  errors(files: string[]): Promise<Map<string, Diagnostic[]>>;
  /**
   * Where only a part of the app was read for single contracts: reads the rest, and those contracts again. Takes its time, so it is for
   * when nobody waits. Gives the files whose contract reads otherwise now.
   */
  complete(): Promise<string[]>;
  /** Says that files changed, came or went; what depended on them is analysed anew when next asked for. Gives the files of routes and effects that depend on them. */
  invalidate(files: string[]): string[];
  close(): Promise<void>;
}

export interface AnalyzedRoute {
  contract: RouteContract;
  /** Those that this contract refers to, by name. */
  $defs: Defs;
  warnings: Diagnostic[];
  /** Files whose text this result depends on, `node_modules` left out. */
  dependencies: string[];
}

export interface AnalyzedEffect {
  contract: EffectContract;
  $defs: Defs;
  warnings: Diagnostic[];
  dependencies: string[];
}

export interface Analysis {
  contract: Contract;
  warnings: Diagnostic[];
}
