import { realpathSync } from 'node:fs';
import type { Analyzer, AnalyzerOptions } from './analyzer.ts';
import { ProjectAnalyzer } from './project-analyzer.ts';

/**
 * Creates the analyzer of a project. The compiler starts with the first question that the cache
 * can't answer.
 */
export async function createAnalyzer(options: AnalyzerOptions): Promise<Analyzer> {
  return new ProjectAnalyzer({
    ...options,
    root: realpathSync(options.root).replaceAll('\\', '/'),
  });
}
