import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { normalizePath, type ViteDevServer } from 'vite';
import type { AnalyzedEffect, AnalyzedRoute, Analyzer } from '../analyze/analyzer.ts';
import { createBackgroundWriter } from '../generate/background-writer.ts';
import type { Project } from '../project.ts';
import type { Scan } from '../scan/types.ts';
import { diagnoseError } from './diagnose-error.ts';
import type { DiagnosticReporter } from './diagnostic-reporter.ts';

/** Milliseconds without an edit before files are generated. */
const EDIT_PAUSE = 250;
/** Milliseconds before the first run, so that it does not compete with the first request. */
const START_DELAY = 1000;

/** Keeps types, client and documents below `.gati` up to date. Requests don't wait for it. */
export interface Generator {
  /**
   * Schedules a run.
   *
   * @param changed files, from the root, whose contract or type errors may have changed
   */
  schedule(scan: Scan, changed?: Iterable<string>): void;
  close(): Promise<void>;
}

interface GeneratorDependencies {
  server: ViteDevServer;
  project: Project;
  reporter: DiagnosticReporter;
  /** Whether requests are running. */
  isBusy(): boolean;
  /** Called with the files whose contract changed because the whole app was read. */
  onContractChange(files: string[]): void;
}

/** The contracts of routes and effects that the writer does not have yet. */
interface Parts {
  routes: AnalyzedRoute[];
  effects: AnalyzedEffect[];
}

export function createGenerator({
  server,
  project,
  reporter,
  isBusy,
  onContractChange,
}: GeneratorDependencies): Generator {
  const writer = createBackgroundWriter(project);
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let writing: Promise<unknown> | undefined;
  /** Whether a run was due during the current one. */
  let runAgain = false;
  let closed = false;
  /** The scan of the last change. */
  let latest: Scan | undefined;
  let isFirst = true;
  /** Routes by id, and effects as `effect NAME`, whose contracts the writer has. */
  const written = new Set<string>();
  const changed = new Set<string>();
  /** Checked in each run: an edit of another file may correct them. */
  const filesWithErrors = new Set<string>();

  async function run(scan: Scan): Promise<void> {
    const files = new Set(changed);
    changed.clear();
    try {
      await write({ scan });
      const engine = await project.analyzer();
      const parts = isFirst ? await readAll(engine, scan) : await readChanged(engine, scan, files);
      isFirst = false;
      if (closed) return;
      await write({ scan, parts });
      reporter.delete('generate');
      await checkTypes(engine, [...new Set([...files, ...filesWithErrors])]);
      if (!closed) onContractChange(await engine.complete());
    } catch (error) {
      for (const file of files) changed.add(file);
      if (!closed) reporter.set('generate', [diagnoseError(error, project.root)]);
    }
  }

  async function write(...input: Parameters<typeof writer.write>): Promise<void> {
    const files = writer.write(...input);
    writing = files.catch(() => undefined);
    reloadModules(server, project.root, await files);
  }

  async function readAll(engine: Analyzer, scan: Scan): Promise<Parts> {
    const routes = new Map<string, AnalyzedRoute>();
    await engine.analyze(scan, (route) => {
      routes.set(route.contract.id, route);
      const isCurrent = latest?.routes.some(({ id }) => id === route.contract.id);
      if (isCurrent) reporter.set(`contract ${route.contract.id}`, route.warnings);
    });
    for (const { id } of scan.routes) written.add(id);
    for (const { name } of scan.effects) written.add(`effect ${name}`);
    const effects = await Promise.all(scan.effects.map((effect) => engine.effect(effect)));
    return { routes: [...routes.values()], effects };
  }

  async function readChanged(engine: Analyzer, scan: Scan, files: Set<string>): Promise<Parts> {
    const parts: Parts = { routes: [], effects: [] };
    for (const route of scan.routes) {
      if (written.has(route.id) && !files.has(route.file)) continue;
      parts.routes.push(await engine.route(route));
      written.add(route.id);
      // Lets the server handle requests between two routes.
      await nextTurn();
    }
    for (const effect of scan.effects) {
      if (written.has(`effect ${effect.name}`) && !files.has(effect.file)) continue;
      parts.effects.push(await engine.effect(effect));
      written.add(`effect ${effect.name}`);
    }
    return parts;
  }

  async function checkTypes(engine: Analyzer, files: string[]): Promise<void> {
    const typed = files.filter((file) => /\.[mc]?tsx?$/.test(file) && !/\.d\.[mc]?ts$/.test(file));
    for (const [file, errors] of await engine.errors(typed)) {
      reporter.set(`types ${file}`, errors);
      if (errors.length > 0) filesWithErrors.add(file);
      else filesWithErrors.delete(file);
    }
  }

  function start(): void {
    if (closed || !latest) return;
    if (running) {
      runAgain = true;
    } else if (isBusy() && isFirst) {
      startAfter(EDIT_PAUSE);
    } else {
      running = run(latest).finally(() => {
        running = undefined;
        if (runAgain) startAfter(EDIT_PAUSE);
        runAgain = false;
      });
    }
  }

  function startAfter(milliseconds: number): void {
    clearTimeout(timer);
    timer = setTimeout(start, milliseconds);
  }

  return {
    schedule(scan, files = []) {
      latest = scan;
      for (const file of files) changed.add(file);
      startAfter(isFirst ? START_DELAY : EDIT_PAUSE);
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      // Waits for the current write, but not for the whole run: an analysis that imports a schema
      // value never ends once Vite has closed its module runner.
      await writing;
      await writer.close();
    },
  };
}

/** Reloads the modules of generated files (from the root). Vite does not watch `.gati`. */
function reloadModules(server: ViteDevServer, root: string, files: string[]): void {
  for (const file of files) {
    for (const environment of Object.values(server.environments)) {
      for (const module of environment.moduleGraph.getModulesByFile(
        normalizePath(path.join(root, file)),
      ) ?? []) {
        void environment.reloadModule(module).catch(() => undefined);
      }
    }
  }
}
