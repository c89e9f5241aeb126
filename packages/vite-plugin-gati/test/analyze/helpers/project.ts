import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type Defs,
  type ResponseContract,
  type Schema,
  sortSchema,
  toTypeScript,
} from '@gati/contract';
import { createAnalyzer } from '../../../src/analyze/create-analyzer.ts';
import type { AnalyzedRoute, Analyzer, AnalyzerOptions } from '../../../src/analyze/analyzer.ts';
import { readRouteSettings } from '../../../src/scan/read-route-settings.ts';
import { readFacts } from '../../../src/scan/read-facts.ts';
import type { FolderFile, RouteFile, Scan } from '../../../src/scan/types.ts';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';

export const ENGINES = ['typescript-7', 'typescript-classic'] as const;

/** A temporary folder with the files of an app. */
export interface Project {
  root: string;
  write(file: string, text: string): void;
  remove(): void;
}

export function makeProject(files: Record<string, string>): Project {
  const root = temporaryFolder('analyze');
  const project: Project = {
    root,
    write(file, text) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
  for (const [file, text] of Object.entries(files)) project.write(file, text);
  return project;
}

/** Returns a route as the scan finds it. */
export function toRoute(file: string, text: string, id: string): RouteFile {
  const facts = readFacts(file, text);
  const { exports } = facts;
  const [method = 'GET', path = '/'] = id.split(' ');
  const name = file
    .replace(/^src\/handlers\//, '')
    .replace(/\.ts$/, '')
    .split('/');
  const handler = exports.values.includes('handler')
    ? 'handler'
    : exports.values.includes('socket')
      ? 'socket'
      : 'default';
  return {
    id,
    method: method as RouteFile['method'],
    path,
    domain: name.length > 1 ? name[0]! : 'root',
    name,
    file,
    line: 1,
    exports,
    ...readRouteSettings(file, facts, []),
    handler,
    guards: [],
    middleware: [],
  };
}

function foldersOf({ guards, middleware }: RouteFile): FolderFile[] {
  const folder = (file: string): string =>
    file.slice('src/handlers'.length, file.lastIndexOf('/')) || '/';
  return [
    ...guards.map((file) => ({ role: 'guard', file, folder: folder(file), types: [] }) as const),
    ...middleware.map(
      (file) => ({ role: 'middleware', file, folder: folder(file), types: [] }) as const,
    ),
  ].map((each) => ({ ...each, types: [...each.types] }));
}

export function toScan(routes: RouteFile[], rest: Partial<Scan> = {}): Scan {
  return {
    routes,
    folders: routes.flatMap(foldersOf),
    modules: [],
    effects: [],
    versions: [],
    diagnostics: [],
    ...rest,
  };
}

/** Prints responses as TypeScript, by status: `{ '202': "{ state: 'capturing' }" }`. */
export function printed(
  responses: Record<string, ResponseContract>,
  $defs: Defs,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(responses).map(([status, { schema, contentType, stream }]) => {
      const type = schema ? print(schema, $defs) : 'void';
      const kind =
        contentType === undefined || contentType === 'application/json'
          ? ''
          : `${contentType}${stream ? '*' : ''} `;
      return [status, `${kind}${type}`];
    }),
  );
}

/** Prints a schema as TypeScript on one line, in the sorted form. `written-order.test.ts` tests the order. */
export function print(schema: Schema, _$defs: Defs = {}): string {
  return toTypeScript(sortSchema(schema), { direction: 'response' })
    .replace(/\/\*\*[\s\S]*?\*\/\s*/g, '')
    .replace(/\s+/g, ' ')
    .replaceAll('; }', ' }')
    .trim();
}

export async function openAnalyzer(
  project: Project,
  options: Omit<AnalyzerOptions, 'root'>,
): Promise<Analyzer> {
  return createAnalyzer({ root: project.root, cacheDir: false, ...options });
}

export type { AnalyzedRoute };
