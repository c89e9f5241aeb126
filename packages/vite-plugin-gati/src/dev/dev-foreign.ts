import type { Logger } from '@gati/runtime-h3';
import {
  type ForeignCode,
  inProcessPackage,
  isSupervised,
  type ModuleHost,
  ModuleProcesses,
  openModuleControl,
  type ModuleControl,
  parseSource,
} from '@gati/runtime-h3/modules/host';
import type { ViteDevServer } from 'vite';
import { isIsolatedPackage } from '../foreign/built-declaration.ts';
import { prepareInRoot } from '../foreign/prepare-package.ts';
import { programsFolder } from '../foreign/programs.ts';
import type { DeclaredModule } from '../foreign/module-options.ts';
import type { Project } from '../project.ts';
import type { Scan } from '../scan/types.ts';
import { diagnoseError } from './diagnose-error.ts';
import type { DiagnosticReporter } from './diagnostic-reporter.ts';
import { toForeignCode } from './foreign-code.ts';
import { watchModuleFiles } from './watch-module-files.ts';

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

  async function reload({ name, file }: DeclaredModule): Promise<void> {
    try {
      await swap(name);
    } catch (error) {
      if (!isClosed) reporter.set(`module ${name}`, [diagnoseError(error, root, file)]);
    }
  }

  const openControl = (): Promise<ModuleControl | undefined> =>
    openModuleControl(root, {
      list: () =>
        host.list(
          foreign.declared.map((module) => {
            const version = foreign.descriptor(module.name)?.version;
            return { ...module, ...(version !== undefined && { version }) };
          }),
        ),
      swap,
    }).catch(() => undefined);

  const edits = watchModuleFiles(server, {
    root,
    modules: () => foreign.declared,
    isRunning: (name) => running.has(name),
    onEdit: (module) => void reload(module),
  });
  return {
    host,
    code: toForeignCode,
    async sync() {
      const { changed, old } = compareWithRunning(foreign.declared, running);
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
      if (foreign.declared.length > 0) control ??= openControl();
    },
    async close() {
      isClosed = true;
      edits.close();
      await (await control)?.close();
      await host.stop();
    },
  };
}

/** Returns the modules that have to start, and the names of those that have to stop before. */
function compareWithRunning(
  declared: DeclaredModule[],
  running: ReadonlyMap<string, string>,
): { changed: DeclaredModule[]; old: string[] } {
  const wanted = declared.filter((module) => inProcessPackage(module) === undefined);
  const names = new Set(wanted.map(({ name }) => name));
  const changed = wanted.filter((module) => running.get(module.name) !== JSON.stringify(module));
  const old = [...running.keys()].filter(
    (name) => !names.has(name) || changed.some((module) => module.name === name),
  );
  return { changed, old };
}

const hasProcess = ({ name, source, isolate }: DeclaredModule): boolean =>
  isSupervised(parseSource(name, source), isolate);
