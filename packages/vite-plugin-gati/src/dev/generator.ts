import path from 'node:path';
import { normalizePath, type ViteDevServer } from 'vite';
import type { Project } from '../project.ts';
import type { Problems } from './problems.ts';
import { toDiagnostic } from './to-diagnostic.ts';

/** Milliseconds without an edit before the rest of the contracts is looked at and `.gati` is written. */
const QUIET = 150;

/** Keeps types, client and documents of the app up to date, behind what requests wait for. */
export interface Generator {
  soon(): void;
  close(): Promise<void>;
}

export function createGenerator({ server, project, problems }: { server: ViteDevServer; project: Project; problems: Problems }): Generator {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  let closed = false;

  async function run(): Promise<void> {
    try {
      await project.generateTypes(await project.scan());
      const analysis = await project.analyze((done) => problems.set(`contract ${done.contract.id}`, done.warnings));
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
    if (running) {
      again = true;
      return;
    }
    running = run().finally(() => {
      running = undefined;
      if (again && !closed) {
        again = false;
        generator.soon();
      }
    });
  }

  const generator: Generator = {
    soon() {
      if (closed) return;
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
