import path from 'node:path';
import { type EnvironmentModuleNode, normalizePath, type RunnableDevEnvironment } from 'vite';
import type { EvaluatedModuleNode } from 'vite/module-runner';
import type { FileSnapshots } from './file-snapshots.ts';

/** The code of an app as the module runner has it, file by file. File names are from the root, with `/`. */
export interface ModuleLoader {
  /** The module of a file as it stands now; modules that did not change are not run again. */
  load(file: string): Promise<Record<string, unknown>>;
  /** Forgets modules and whatever imports them; gives the files that this concerns. Their `import.meta.hot.dispose` runs. */
  change(modules: Iterable<EnvironmentModuleNode>, timestamp: number): Promise<Set<string>>;
}

/**
 * There is no accepting module between the host and a handler: a change makes Vite's graph forget the file and its importers up to the
 * handler, and the next import runs those, and those alone, again. So the host knows when new code is there, and which error it has.
 */
export function createModuleLoader(
  environment: RunnableDevEnvironment,
  texts: FileSnapshots,
): ModuleLoader {
  const { root } = environment.config;
  const { moduleGraph } = environment;

  function withImporters(modules: Iterable<EnvironmentModuleNode>): Set<EnvironmentModuleNode> {
    const found = new Set<EnvironmentModuleNode>(modules);
    for (const module of found) for (const importer of module.importers) found.add(importer);
    return found;
  }

  const code: ModuleLoader = {
    async load(file) {
      const id = path.posix.join(root, file);
      try {
        for (let round = 0; ; round++) {
          const module = (await environment.runner.import(`/${file}`)) as Record<string, unknown>;
          // Vite takes a transformation that began just before a change for one of after it.
          const behind = below(environment, id).flatMap((node) =>
            texts.isBehind(node.file) ? [...(moduleGraph.getModulesByFile(node.file) ?? [])] : [],
          );
          if (behind.length === 0 || round === ROUNDS) return module;
          await code.change(behind, Date.now());
        }
      } catch (error) {
        forgetFailed(environment, id);
        throw error;
      }
    },
    async change(modules, timestamp) {
      const { hmrClient } = environment.runner;
      const files = new Set<string>();
      const seen = new Set<EnvironmentModuleNode>();
      for (const module of withImporters(modules)) {
        moduleGraph.invalidateModule(module, seen, timestamp, true);
        if (module.file) files.add(normalizePath(path.relative(root, module.file)));
        const dispose = hmrClient?.disposeMap.get(module.url);
        if (!dispose) continue;
        hmrClient?.disposeMap.delete(module.url);
        await dispose(hmrClient?.dataMap.get(module.url));
      }
      return files;
    },
  };
  return code;
}

/** Edits that come faster than they load are taken up by the next request. */
const ROUNDS = 5;

/** A module that threw would keep its error until the next edit; what it needed may be there at the next request. */
function forgetFailed(environment: RunnableDevEnvironment, id: string): void {
  const { evaluatedModules } = environment.runner;
  // Settled at once where the module failed or ended; one that still runs is someone else's.
  for (const node of below(environment, id))
    node.promise?.catch(() => evaluatedModules.invalidateModule(node));
}

/** A module and all that it imports, as they were run. */
function below({ runner }: RunnableDevEnvironment, id: string): EvaluatedModuleNode[] {
  const entry = runner.evaluatedModules.getModuleById(id);
  const found = new Set(entry ? [entry] : []);
  for (const node of found) {
    for (const imported of node.imports) {
      const next = runner.evaluatedModules.getModuleById(imported);
      if (next) found.add(next);
    }
  }
  return [...found];
}
