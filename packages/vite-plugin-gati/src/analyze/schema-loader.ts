import path from 'node:path';
import { runnerImport } from 'vite';
import type { LoadSchema } from './analyzer.ts';

/**
 * Imports exports of the app's files where no development server runs. The analysis needs Standard
 * Schema values, since only the value itself has its JSON Schema. Each file runs once.
 */
export function createSchemaLoader(root: string): LoadSchema {
  const modules = new Map<string, Promise<Record<string, unknown>>>();
  return async (file, exportName) => {
    let module = modules.get(file);
    if (!module) {
      module = runnerImport<Record<string, unknown>>(path.join(root, file), {
        root,
        configFile: false,
        logLevel: 'silent',
      }).then(({ module }) => module);
      modules.set(file, module);
    }
    return (await module)[exportName];
  };
}
