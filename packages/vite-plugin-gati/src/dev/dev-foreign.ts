import path from 'node:path';
import { mapModule, sortSchema } from '@gati/contract';
import type { Logger } from '@gati/runtime-h3';
import {
  type BoundMethod,
  type ForeignBinding,
  type ForeignCode,
  inProcessPackage,
  isSupervised,
  type ModuleHost,
  ModuleProcesses,
  openModuleControl,
  type ModuleControl,
  parseSource,
} from '@gati/runtime-h3/modules/host';
import { normalizePath, type ViteDevServer } from 'vite';
import { compileSchema } from '../compile/compile-checks.ts';
import { filesOf, isIsolatedPackage } from '../foreign/built-declaration.ts';
import { prepareInRoot } from '../foreign/prepare-package.ts';
import { programsFolder } from '../foreign/programs.ts';
import type { DeclaredModule } from '../foreign/module-options.ts';
import type { Project } from '../project.ts';
import type { ForeignModule, Scan } from '../scan/types.ts';
import { diagnoseError } from './diagnose-error.ts';
import type { DiagnosticReporter } from './diagnostic-reporter.ts';

/** Milliseconds without an edit before a module starts again. */
const EDIT_PAUSE = 150;
/** Files that programs write while they run. */
const OWN_OUTPUT = /(^|\/)(__pycache__|target|\.venv|node_modules|\.git)(\/|$)/;

/** Modules that run outside of the app's process, in development. */
export interface DevForeign {
  readonly host: ModuleHost;
  /** Code for the release; `undefined` if the app has no such modules. */
  code(scan: Scan): ForeignCode | undefined;
  /**
   * Starts new modules and stops those that are gone. Resolves once each has a contract, or is known
   * to have none.
   */
  sync(): Promise<void>;
  close(): Promise<void>;
}

interface DevForeignDependencies {
  server: ViteDevServer;
  project: Project;
  reporter: DiagnosticReporter;
  env: Record<string, string | undefined>;
  logger: Logger;
  /** Called when the contract of a module has changed. */
  onContractChange(): void;
}

export function createDevForeign({
  server,
  project,
  reporter,
  env,
  logger,
  onContractChange,
}: DevForeignDependencies): DevForeign {
  const { root, foreign } = project;
  const host = new ModuleProcesses({ root, programs: programsFolder(), logger, env });
  /** Running modules, by name, as JSON of their declaration. */
  const running = new Map<string, string>();
  const timers = new Map<string, NodeJS.Timeout>();
  let control: Promise<ModuleControl | undefined> | undefined;
  let isClosed = false;

  async function start(module: DeclaredModule): Promise<void> {
    const { name } = module;
    const declaration = JSON.stringify(module);
    running.set(name, declaration);
    try {
      await host.add(await prepare(module));
      await pin(name);
    } catch (error) {
      // Unless the module was removed or declared differently in the meantime.
      if (running.get(name) === declaration)
        reporter.set(`module ${name}`, [diagnoseError(error, root, module.file)]);
    }
  }

  /** Bundles a package that runs in a separate process. */
  async function prepare(module: DeclaredModule): Promise<DeclaredModule> {
    if (!isIsolatedPackage(module)) return module;
    await foreign.pinAll({ refresh: false });
    return prepareInRoot(project, module);
  }

  /** Pins the contract of the process that runs. Returns whether it differs from the last one. */
  async function pin(name: string): Promise<boolean> {
    const descriptor = host.descriptor(name);
    if (descriptor === undefined || isClosed) return false;
    reporter.delete(`module ${name}`);
    return foreign.pin(name, descriptor);
  }

  async function swap(name: string, source?: string): ReturnType<ModuleProcesses['swap']> {
    // An edit may change the contract: the types and the types of handlers follow.
    const module = foreign.declared.find((each) => each.name === name);
    const { run } = module && source === undefined ? await prepare(module) : {};
    const descriptor = await host.swap(name, source ?? run, async () => {});
    if (await pin(name)) onContractChange();
    return descriptor;
  }

  function onFile(_event: string, changed: string): void {
    const file = normalizePath(path.relative(root, changed));
    if (file.startsWith('..') || OWN_OUTPUT.test(file)) return;
    for (const module of foreign.declared) {
      const isOwn = filesOf(module).some((each) => file === each || file.startsWith(`${each}/`));
      if (!isOwn || !running.has(module.name)) continue;
      clearTimeout(timers.get(module.name));
      timers.set(
        module.name,
        setTimeout(() => void reload(module), EDIT_PAUSE),
      );
    }
  }

  async function reload({ name, file }: DeclaredModule): Promise<void> {
    try {
      await swap(name);
    } catch (error) {
      if (!isClosed) reporter.set(`module ${name}`, [diagnoseError(error, root, file)]);
    }
  }

  if (server.config.server.watch !== null) server.watcher.on('all', onFile);
  return {
    host,
    code(scan) {
      const modules = (scan.foreign ?? []).filter(
        (module) => inProcessPackage(module) === undefined,
      );
      if (modules.length === 0) return undefined;
      return {
        modules: Object.fromEntries(modules.map((module) => [module.name, bind(module)])),
        load: () => import('@gati/runtime-h3/modules'),
      };
    },
    async sync() {
      const wanted = foreign.declared.filter((module) => inProcessPackage(module) === undefined);
      const hasProcess = ({ name, source, isolate }: DeclaredModule): boolean =>
        isSupervised(parseSource(name, source), isolate);
      const names = new Set(wanted.map(({ name }) => name));
      const changed = wanted.filter(
        (module) => running.get(module.name) !== JSON.stringify(module),
      );
      const old = [...running.keys()].filter(
        (name) => !names.has(name) || changed.some((module) => module.name === name),
      );
      for (const name of old) {
        running.delete(name);
        reporter.delete(`module ${name}`);
      }
      await Promise.all(old.map((name) => host.remove(name)));
      const missing = new Set(foreign.missing.map(({ name }) => name));
      const others = foreign.missing.some((module) => !hasProcess(module));
      const starting = changed.map((module) => ({ module, started: start(module) }));
      // A pinned module starts in the background. Only calls to that module wait for its start.
      await Promise.all(
        starting.filter(({ module }) => missing.has(module.name)).map(({ started }) => started),
      );
      if (others) await foreign.pinAll({ refresh: false });
      if (foreign.declared.length > 0)
        control ??= openModuleControl(root, {
          list: () =>
            host.list(
              foreign.declared.map((module) => {
                const version = foreign.descriptor(module.name)?.version;
                return { ...module, ...(version !== undefined && { version }) };
              }),
            ),
          swap,
        }).catch(() => undefined);
    },
    async close() {
      isClosed = true;
      server.watcher.off('all', onFile);
      for (const timer of timers.values()) clearTimeout(timer);
      await (await control)?.close();
      await host.stop();
    },
  };
}

/** Binds a module to its pinned contract, with checks that are compiled now. */
function bind({ methods, $defs, operations, ...declaration }: ForeignModule): ForeignBinding {
  const { name, file } = declaration;
  const contract = mapModule({ name, file, methods }, sortSchema);
  const entries = (contract.methods ?? []).map(
    ({ name: method, output, idempotent, stream }): [string, BoundMethod] => {
      const check = output && compileSchema(output, $defs);
      const operation = operations?.[method];
      return [
        method,
        {
          ...(idempotent && { idempotent }),
          ...(stream && { stream }),
          ...(operation !== undefined && { operation }),
          ...(output && check && { output: { schema: output, check } }),
        },
      ];
    },
  );
  return { ...declaration, methods: Object.fromEntries(entries), $defs };
}
