import path from 'node:path';
import { normalizePath, type ViteDevServer } from 'vite';
import type { Project } from '../project.ts';
import type { Scan } from '../scan/types.ts';
import type { Problems } from './problems.ts';
import { toDiagnostic } from './to-diagnostic.ts';

/** Milliseconds without an edit before the rest of the contracts is looked at and `.gati` is written. */
const QUIET = 150;

/** Keeps types, client and documents of the app up to date, behind what requests wait for. */
export interface Generator {
  /** `changed`: files (from the root) whose type errors may be others now. */
  soon(scan: Scan, changed?: Iterable<string>): void;
  close(): Promise<void>;
}

export function createGenerator({ server, project, problems }: { server: ViteDevServer; project: Project; problems: Problems }): Generator {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  let closed = false;
  let scan: Scan | undefined;
  /** Whose type errors are to be looked at. A file with errors is looked at each time: what corrects it may stand elsewhere. */
  const unchecked = new Set<string>();
  const wrong = new Set<string>();

  async function run(scan: Scan): Promise<void> {
    try {
      await project.generateTypes(scan);
      const analysis = await project.analyze({ scan, onRoute: (done) => problems.set(`contract ${done.contract.id}`, done.warnings) });
      if (closed) return;
      const written = await project.generate(analysis);
      for (const file of written) reload(normalizePath(path.join(project.root, file)));
      problems.delete('generate');
      await check();
    } catch (error) {
      if (!closed) problems.set('generate', [toDiagnostic(error, project.root)]);
    }
  }

  async function check(): Promise<void> {
    const files = [...new Set([...unchecked, ...wrong])].filter((file) => /\.[mc]?tsx?$/.test(file) && !/\.d\.[mc]?ts$/.test(file));
    unchecked.clear();
    for (const [file, errors] of await (await project.analyzer()).errors(files)) {
      problems.set(`types ${file}`, errors);
      if (errors.length > 0) wrong.add(file);
      else wrong.delete(file);
    }
  }

  /** `.gati` is not watched, so what a page has imported from there is told here. */
  function reload(file: string): void {
    for (const { moduleGraph, name } of Object.values(server.environments)) {
      for (const module of moduleGraph.getModulesByFile(file) ?? []) {
        void server.environments[name]?.reloadModule(module as never).catch(() => undefined);
      }
    }
  }

  function start(): void {
    if (running || !scan) {
      again = true;
      return;
    }
    running = run(scan).finally(() => {
      running = undefined;
      if (again && !closed && scan) {
        again = false;
        generator.soon(scan);
      }
    });
  }

  const generator: Generator = {
    soon(latest, changed = []) {
      if (closed) return;
      scan = latest;
      for (const file of changed) unchecked.add(file);
      clearTimeout(timer);
      timer = setTimeout(start, QUIET);
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
  return generator;
}
