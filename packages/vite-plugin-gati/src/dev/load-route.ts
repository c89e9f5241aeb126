import path from 'node:path';
import {
  type Defs,
  type Diagnostic,
  GatiError,
  mapRoute,
  renameRefs,
  type RouteContract,
} from '@gati/contract';
import type { LoadedRoute } from '@gati/runtime-h3/app';
import type { AnalyzedRoute, Analyzer } from '../analyze/analyzer.ts';
import { compileChecks } from '../compile/compile-checks.ts';
import type { RouteFile } from '../scan/types.ts';
import type { ModuleLoader } from './module-loader.ts';
import type { DiagnosticReporter } from './diagnostic-reporter.ts';
import type { FileSnapshots } from './file-snapshots.ts';
import { toDiagnostic } from './diagnose-error.ts';

export interface RouteLoader {
  /** Code and contract of the files as they stand. */
  load(route: RouteFile): Promise<LoadedRoute>;
  /** The contracts of what is loaded. */
  readonly contracts: Map<string, RouteContract>;
  /** Definitions of all loaded routes; each has its own names. */
  readonly $defs: Defs;
  forget(id: string): void;
}

interface RouteLoaderDependencies {
  root: string;
  code: ModuleLoader;
  analyzer(): Promise<Analyzer>;
  problems: DiagnosticReporter;
  texts: FileSnapshots;
}

export function createRouteLoader({
  root,
  code,
  analyzer,
  problems,
  texts,
}: RouteLoaderDependencies): RouteLoader {
  const contracts = new Map<string, RouteContract>();
  const $defs: Defs = {};
  /** Names in `$defs` of a route's current contract and of the one before, which requests in flight may still explain. */
  const names = new Map<string, [current: string[], before: string[]]>();
  let generation = 0;

  function adopt({ contract, $defs: own }: AnalyzedRoute): RouteContract {
    const suffix = `~${generation++}`;
    const rename = (name: string): string => name + suffix;
    const [current = [], before = []] = names.get(contract.id) ?? [];
    for (const name of before) delete $defs[name];
    for (const [name, schema] of Object.entries(own))
      $defs[rename(name)] = renameRefs(schema, rename);
    names.set(contract.id, [Object.keys(own).map(rename), current]);
    const adopted = mapRoute(contract, (schema) => renameRefs(schema, rename));
    contracts.set(contract.id, adopted);
    return adopted;
  }

  async function loadModule(file: string): Promise<Record<string, unknown>> {
    try {
      const module = await code.load(file);
      problems.delete(`code ${file}`);
      return module;
    } catch (error) {
      problems.set(`code ${file}`, [toDiagnostic(error, root, file)]);
      throw error;
    }
  }

  async function analyze(route: RouteFile): Promise<AnalyzedRoute> {
    const source = `contract ${route.id}`;
    try {
      const engine = await analyzer();
      let analyzed = await engine.route(route);
      // The compiler reads the disk, and what it read must be what the code is made of.
      while (
        !(await texts.agree(analyzed.dependencies.map((file) => path.posix.join(root, file))))
      ) {
        engine.invalidate(analyzed.dependencies);
        analyzed = await engine.route(route);
      }
      problems.set(source, analyzed.warnings);
      return analyzed;
    } catch (error) {
      const diagnostic = toDiagnostic(error, root, route.file);
      problems.set(source, [diagnostic]);
      // The stack leads into the analysis; what a developer can look at is the handler.
      throw new GatiError(diagnostic, { cause: error });
    }
  }

  return {
    contracts,
    $defs,
    async load(route) {
      // All three at once; the first failure decides, and none is left unheard.
      const [module, middleware, analyzed] = await Promise.all([
        loadModule(route.file),
        Promise.all(route.middleware.map(loadModule)),
        analyze(route),
      ]);
      const contract = adopt(analyzed);
      return {
        ...toRunnable(route, module),
        middleware: middleware.map(({ middleware }, index) =>
          asFunction(middleware, 'middleware', route.middleware[index] ?? ''),
        ),
        ...compileChecks(contract, $defs),
      };
    },
    forget(id) {
      for (const name of names.get(id)?.flat() ?? []) delete $defs[name];
      names.delete(id);
      contracts.delete(id);
      problems.delete(`contract ${id}`);
    },
  };
}

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

function wrongExportError(name: string, wanted: string, file: string): GatiError {
  const diagnostic: Diagnostic = {
    code: 'GATI_HANDLER_MISSING',
    level: 'error',
    message: `'${name}' of ${file} is not ${wanted}.`,
    fix: `Export ${wanted} as '${name}'.`,
    file,
    line: 1,
    column: 1,
  };
  return new GatiError(diagnostic);
}
