import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { normalizePath, type ViteDevServer } from 'vite';
import type { AnalyzedEffect, AnalyzedRoute, Analyzer } from '../analyze/analyzer.ts';
import type { Project } from '../project.ts';
import type { Scan } from '../scan/types.ts';
import type { DiagnosticReporter } from './diagnostic-reporter.ts';
import { toDiagnostic } from './diagnose-error.ts';
import { createWriter } from '../generate/background-writer.ts';

/** Milliseconds without an edit before what stands behind it is looked at. */
const QUIET = 250;
/** Milliseconds for the first request before all contracts are read. */
const START = 1000;

/** Keeps types, client and documents of the app up to date, behind what requests wait for. */
export interface Generator {
  /** `changed`: files (from the root) whose contract or type errors may be others now; without it, all of them. */
  soon(scan: Scan, changed?: Iterable<string>): void;
  close(): Promise<void>;
}

interface GeneratorDependencies {
  server: ViteDevServer;
  project: Project;
  problems: DiagnosticReporter;
  /** Requests are being answered. */
  isBusy(): boolean;
  /** Files whose contract reads otherwise, now that the whole app was read. */
  onOther(files: string[]): void;
}

export function createGenerator({
  server,
  project,
  problems,
  isBusy,
  onOther,
}: GeneratorDependencies): Generator {
  const writer = createWriter(project);
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  let closed = false;
  let scan: Scan | undefined;
  let isFirst = true;
  /** Names of what the writer knows the contract of. */
  const written = new Set<string>();
  const changed = new Set<string>();
  /** A file with type errors is looked at each time: what corrects it may stand elsewhere. */
  const wrong = new Set<string>();

  async function run(scan: Scan): Promise<void> {
    const files = new Set(changed);
    changed.clear();
    try {
      reload(await writer.write({ scan }));
      const engine = await project.analyzer();
      const parts = isFirst ? await readAll(engine, scan) : await readChanged(engine, scan, files);
      isFirst = false;
      if (closed) return;
      reload(await writer.write({ scan, parts }));
      problems.delete('generate');
      await check(engine, [...new Set([...files, ...wrong])]);
      if (!closed) onOther(await engine.complete());
    } catch (error) {
      for (const file of files) changed.add(file);
      if (!closed) problems.set('generate', [toDiagnostic(error, project.root)]);
    }
  }

  type Parts = { routes: AnalyzedRoute[]; effects: AnalyzedEffect[] };

  async function readAll(engine: Analyzer, scan: Scan): Promise<Parts> {
    const routes = new Map<string, AnalyzedRoute>();
    await engine.analyze(scan, (done) => {
      routes.set(done.contract.id, done);
      problems.set(`contract ${done.contract.id}`, done.warnings);
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
      await nextTurn();
    }
    for (const effect of scan.effects) {
      if (written.has(`effect ${effect.name}`) && !files.has(effect.file)) continue;
      parts.effects.push(await engine.effect(effect));
      written.add(`effect ${effect.name}`);
    }
    return parts;
  }

  async function check(engine: Analyzer, files: string[]): Promise<void> {
    const typed = files.filter((file) => /\.[mc]?tsx?$/.test(file) && !/\.d\.[mc]?ts$/.test(file));
    for (const [file, errors] of await engine.errors(typed)) {
      problems.set(`types ${file}`, errors);
      if (errors.length > 0) wrong.add(file);
      else wrong.delete(file);
    }
  }

  /** `.gati` is not watched, so what a page has imported from there is told here. */
  function reload(files: string[]): void {
    for (const file of files) {
      for (const environment of Object.values(server.environments)) {
        for (const module of environment.moduleGraph.getModulesByFile(
          normalizePath(path.join(project.root, file)),
        ) ?? []) {
          void environment.reloadModule(module).catch(() => undefined);
        }
      }
    }
  }

  function start(): void {
    if (closed || !scan) return;
    if (running) {
      again = true;
    } else if (isBusy() && isFirst) {
      wait(QUIET);
    } else {
      running = run(scan).finally(() => {
        running = undefined;
        if (again) wait(QUIET);
        again = false;
      });
    }
  }

  function wait(milliseconds: number): void {
    clearTimeout(timer);
    timer = setTimeout(start, milliseconds);
  }

  return {
    soon(latest, files = []) {
      scan = latest;
      for (const file of files) changed.add(file);
      wait(isFirst ? START : QUIET);
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await running;
      await writer.close();
    },
  };
}
