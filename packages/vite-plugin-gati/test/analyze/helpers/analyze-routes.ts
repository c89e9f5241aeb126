import { createRequire } from 'node:module';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tsImport } from 'tsx/esm/api';
import type { AnalyzedRoute, Analyzer } from '../../../src/analyze/analyzer.ts';
import type { Scan } from '../../../src/scan/types.ts';
import {
  type ENGINES,
  makeProject,
  openAnalyzer,
  type Project,
  toRoute,
  toScan,
} from './project.ts';

/** By the name of the handler's file: its route, and the text after the `route` export. */
export type RouteTexts = Record<string, [id: string, text: string]>;

/** An app with the results of its analysis. */
export interface Analyzed {
  project: Project;
  scan: Scan;
  analyzer: Analyzer;
  all: AnalyzedRoute[];
  of(name: string): AnalyzedRoute;
  close(): Promise<void>;
}

export interface AnalyzedOptions {
  files?: Record<string, string>;
  scan?: Partial<Scan>;
  /** Whether schema values can be loaded. Otherwise only their types are known. Default: true. */
  loads?: boolean;
}

export async function analyzeRoutes(
  engine: (typeof ENGINES)[number],
  texts: RouteTexts,
  { files = {}, scan: rest = {}, loads = true }: AnalyzedOptions = {},
): Promise<Analyzed> {
  const written = Object.entries(texts).map(([name, [id, behind]]) => {
    const file = `src/handlers/${name}.ts`;
    const text = `export const route = '${id}';\n${behind}\n`;
    return { name, file, text, route: toRoute(file, text, id) };
  });
  const sources = Object.fromEntries(written.map(({ file, text }) => [file, text]));
  const project = makeProject({ 'package.json': '{ "type": "module" }', ...files, ...sources });
  linkLibraries(project.root);
  const loadSchema = async (file: string, name: string): Promise<unknown> =>
    (
      (await tsImport(pathToFileURL(join(project.root, file)).href, import.meta.url)) as Record<
        string,
        unknown
      >
    )[name];
  const analyzer = await openAnalyzer(project, { engine, ...(loads && { loadSchema }) });
  const scan = toScan(
    written.map(({ route }) => route),
    rest,
  );
  await analyzer.analyze(scan);
  const done = new Map<string, AnalyzedRoute>();
  for (const { name, route } of written) done.set(name, await analyzer.route(route));
  return {
    project,
    scan,
    analyzer,
    all: [...done.values()],
    of: (name) => done.get(name)!,
    async close() {
      await analyzer.close();
      project.remove();
    },
  };
}

/** Links the schema libraries into the app's `node_modules`. */
function linkLibraries(root: string): void {
  const modules = createRequire(import.meta.url)
    .resolve('zod')
    .split('/zod/')[0]!;
  mkdirSync(join(root, 'node_modules/@valibot'), { recursive: true });
  for (const name of ['zod', 'arktype', '@ark', 'arkregex', 'valibot', '@valibot/to-json-schema'])
    symlinkSync(join(modules, name), join(root, 'node_modules', name), 'dir');
}
