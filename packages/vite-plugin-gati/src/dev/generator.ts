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
  soon(scan: Scan): void;
  close(): Promise<void>;
}

export function createGenerator({ server, project, problems }: { server: ViteDevServer; project: Project; problems: Problems }): Generator {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  let closed = false;
  let scan: Scan | undefined;

  async function run(scan: Scan): Promise<void> {
    try {
      await project.generateTypes(scan);
      const analysis = await project.analyze({ scan, onRoute: (done) => problems.set(`contract ${done.contract.id}`, done.warnings) });
      if (closed) return;
      const written = await project.generate(analysis);
      for (const file of written) reload(normalizePath(path.join(project.root, file)));
      problems.delete('generate');
    } catch (error) {
      if (!closed) problems.set('generate', [toDiagnostic(error, project.root)]);
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
    soon(latest) {
      if (closed) return;
      scan = latest;
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
