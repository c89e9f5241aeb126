import { realpathSync } from 'node:fs';
import type { Engine } from './compiler/open-compiler.ts';
import { ProjectAnalyzer } from './project-analyzer.ts';
import type { LoadSchema } from './contract/schema-values/load-schemas.ts';
import type { Analyzer } from './analyzer.ts';

export type { Engine, LoadSchema };

export interface AnalyzerOptions {
  /** The root of the project. */
  root: string;
  /** Default: `.gati/cache` in the root; `false` keeps nothing on disk. */
  cacheDir?: string | false;
  engine?: Engine;
  /** Imports a value that a handler exports (`body`, `query`, `params`, `headers`): a Standard Schema. Without it such values are read by their type. */
  loadSchema?: LoadSchema;
}

/** The compiler is started with the first question that the cache can't answer. */
export async function createAnalyzer(options: AnalyzerOptions): Promise<Analyzer> {
  return new ProjectAnalyzer({
    ...options,
    root: realpathSync(options.root).replaceAll('\\', '/'),
  });
}
