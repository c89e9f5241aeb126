import fs from 'node:fs/promises';
import path from 'node:path';
import { assembleContract, type RouteContract, type Schema } from '@gati/contract';
import type { AnalyzedEffect, AnalyzedRoute, Analyzer } from '../../src/analyze/analyzer.ts';

/**
 * Creates an analyzer that reads contracts from a line `// contract: {…}` of each file. It is fast and
 * exact, for tests of what uses a contract. `{"delay": 50}` makes it slow, `{"error": "…"}` adds a
 * diagnostic, `{"crash": "…"}` makes the analysis throw.
 */
export async function createDeclaredAnalyzer({ root }: { root: string }): Promise<Analyzer> {
  interface Declared extends Partial<RouteContract> {
    $defs?: Record<string, Schema>;
    payload?: Schema;
    delay?: number;
    error?: string;
    crash?: string;
  }
  const read = async (file: string): Promise<Declared> => {
    const text = await fs.readFile(path.join(root, file), 'utf8').catch(() => '');
    const declared = JSON.parse(/^\/\/ contract: (.*)$/m.exec(text)?.[1] ?? '{}') as Declared;
    if (declared.delay) await new Promise((resolve) => setTimeout(resolve, declared.delay));
    if (declared.crash) throw new TypeError(declared.crash);
    return declared;
  };
  const analyzer: Analyzer = {
    engine: 'typescript-classic',
    async analyze(scan, onRoute) {
      const routes = await Promise.all(scan.routes.map((route) => analyzer.route(route)));
      for (const route of routes) onRoute?.(route);
      const effects = await Promise.all(scan.effects.map((effect) => analyzer.effect(effect)));
      return {
        contract: assembleContract({ routes, effects, modules: scan.modules }),
        values: {},
        effectValues: {},
        warnings: [...routes, ...effects].flatMap(({ warnings }) => warnings),
      };
    },
    async route({ id, method, path: template, domain, name, file }): Promise<AnalyzedRoute> {
      const { $defs = {}, error, delay: _, ...declared } = await read(file);
      const warnings = error
        ? [
            {
              code: 'TS2322' as const,
              level: 'error' as const,
              message: error,
              fix: 'Correct the type.',
              file,
              line: 1,
              column: 1,
            },
          ]
        : [];
      return {
        contract: { id, method, path: template, domain, name, file, responses: {}, ...declared },
        $defs,
        warnings,
        dependencies: [file],
      };
    },
    async effect({ name, file }): Promise<AnalyzedEffect> {
      const { $defs = {}, payload } = await read(file);
      return {
        contract: { name, file, ...(payload && { payload }) },
        $defs,
        warnings: [],
        dependencies: [file],
      };
    },
    register: () => {},
    errors: async () => new Map(),
    complete: async () => [],
    invalidate: (files) => files,
    close: async () => {},
  };
  return analyzer;
}
