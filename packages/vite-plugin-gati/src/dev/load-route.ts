import path from 'node:path';
import {
  type Defs,
  type Diagnostic,
  GatiError,
  mapRoute,
  renameRefs,
  type RouteContract,
  sortSchema,
} from '@gati/contract';
import type { LoadedRoute } from '@gati/runtime-h3/app';
import type { AnalyzedRoute, Analyzer } from '../analyze/analyzer.ts';
import { compileChecks } from '../compile/compile-checks.ts';
import type { RouteFile } from '../scan/types.ts';
import type { ModuleLoader } from './module-loader.ts';
import type { DiagnosticReporter } from './diagnostic-reporter.ts';
import type { FileSnapshots } from './file-snapshots.ts';
import { diagnoseError } from './diagnose-error.ts';

/** Loads the code, the guards, the middleware and the contract of routes. */
export interface RouteLoader {
  /** Loads the current files of a route. Failures are reported and thrown. */
  load(route: RouteFile): Promise<LoadedRoute>;
  /** The contracts of all loaded routes, by id. */
  readonly contracts: Map<string, RouteContract>;
  /** The definitions of all loaded routes. Each load has its own names. */
  readonly $defs: Defs;
  /**
   * Sets the routes of the app. Removes the errors of all other routes and files, and does not
   * report errors of their running loads.
   */
  keep(routes: readonly RouteFile[]): void;
}

interface RouteLoaderDependencies {
  root: string;
  code: ModuleLoader;
  analyzer(): Promise<Analyzer>;
  reporter: DiagnosticReporter;
  snapshots: FileSnapshots;
}

export function createRouteLoader({
  root,
  code,
  analyzer,
  reporter,
  snapshots,
}: RouteLoaderDependencies): RouteLoader {
  const contracts = new Map<string, RouteContract>();
  const $defs: Defs = {};
  /**
   * Names in `$defs`, by route id: of the current contract, and of the previous one, which running
   * requests may still use.
   */
  const names = new Map<string, [current: string[], previous: string[]]>();
  let generation = 0;
  /** Files that failed to load. */
  const broken = new Set<string>();
  /** Ids of all routes, and their files. */
  let ids: ReadonlySet<string> = new Set();
  let files: ReadonlySet<string> = new Set();

  /** Adds a contract, with names of definitions that no other contract has. */
  function addContract({ contract, $defs: own }: AnalyzedRoute): RouteContract {
    const suffix = `~${generation++}`;
    const rename = (name: string): string => name + suffix;
    const [current = [], previous = []] = names.get(contract.id) ?? [];
    for (const name of previous) delete $defs[name];
    for (const [name, schema] of Object.entries(own))
      $defs[rename(name)] = renameRefs(sortSchema(schema), rename);
    names.set(contract.id, [Object.keys(own).map(rename), current]);
    const added = mapRoute(contract, (schema) => renameRefs(sortSchema(schema), rename));
    contracts.set(contract.id, added);
    return added;
  }

  async function loadModule(file: string): Promise<Record<string, unknown>> {
    try {
      const module = await code.load(file);
      broken.delete(file);
      reporter.delete(`code ${file}`);
      return module;
    } catch (error) {
      if (!files.has(file)) throw error;
      broken.add(file);
      reporter.set(`code ${file}`, [diagnoseError(error, root, file)]);
      throw error;
    }
  }

  async function analyze(route: RouteFile): Promise<AnalyzedRoute> {
    const source = `contract ${route.id}`;
    try {
      const engine = await analyzer();
      let analyzed = await engine.route(route);
      // The compiler reads the disk. Repeat until it has read the content that the code is made
      // from.
      while (
        !(await snapshots.waitForDisk(
          analyzed.dependencies.map((file) => path.posix.join(root, file)),
        ))
      ) {
        engine.invalidate(analyzed.dependencies);
        analyzed = await engine.route(route);
      }
      if (ids.has(route.id)) reporter.set(source, analyzed.warnings);
      return analyzed;
    } catch (error) {
      const diagnostic = diagnoseError(error, root, route.file);
      if (ids.has(route.id)) reporter.set(source, [diagnostic]);
      // Without the stack of `error`, which leads into the analysis instead of the handler.
      throw new GatiError(diagnostic, { cause: error });
    }
  }

  function forget(id: string): void {
    for (const name of names.get(id)?.flat() ?? []) delete $defs[name];
    names.delete(id);
    contracts.delete(id);
    reporter.delete(`contract ${id}`);
  }

  return {
    contracts,
    $defs,
    async load(route) {
      // In parallel. The first failure rejects, the others are handled by `Promise.all`.
      const [module, guards, middleware, analyzed] = await Promise.all([
        loadModule(route.file),
        Promise.all(route.guards.map(loadModule)),
        Promise.all(route.middleware.map(loadModule)),
        analyze(route),
      ]);
      const contract = addContract(analyzed);
      const checks = compileChecks(contract, $defs, analyzed.values, module);
      // The route was removed in the meantime.
      if (!ids.has(route.id)) forget(route.id);
      return {
        ...toRunnable(route, module),
        guards: guards.map(({ guard }, index) =>
          asFunction(guard, 'guard', route.guards[index] ?? ''),
        ),
        guardPlaces: route.guardPlaces,
        middleware: middleware.map(({ middleware }, index) =>
          asFunction(middleware, 'middleware', route.middleware[index] ?? ''),
        ),
        middlewareFiles: route.middleware,
        ...checks,
      };
    },
    keep(routes) {
      const removed = [...ids];
      ids = new Set(routes.map(({ id }) => id));
      files = new Set(routes.flatMap(filesOf));
      for (const id of removed) if (!ids.has(id)) forget(id);
      for (const file of broken) {
        if (files.has(file)) continue;
        broken.delete(file);
        reporter.delete(`code ${file}`);
      }
    },
  };
}

/** Returns the file of a route, with those of its guards and middleware. */
export const filesOf = ({ file, guards, middleware }: RouteFile): string[] => [
  file,
  ...guards,
  ...middleware,
];

function toRunnable(
  route: RouteFile,
  module: Record<string, unknown>,
): Pick<LoadedRoute, 'handler' | 'socket'> {
  if (route.handler === 'socket') {
    if (typeof module['socket'] === 'object' && module['socket'] !== null)
      return { socket: module['socket'] };
    throw wrongExportError('socket', 'an object of hooks', route.file);
  }
  return { handler: asFunction(module[route.handler], route.handler, route.file) };
}

function asFunction<T>(value: unknown, name: string, file: string): T {
  if (typeof value === 'function') return value as T;
  throw wrongExportError(name, 'a function', file);
}

function wrongExportError(name: string, expected: string, file: string): GatiError {
  const diagnostic: Diagnostic = {
    code: 'GATI_HANDLER_MISSING',
    level: 'error',
    message: `'${name}' of ${file} is not ${expected}.`,
    fix: `Export ${expected} as '${name}'.`,
    file,
    line: 1,
    column: 1,
  };
  return new GatiError(diagnostic);
}
