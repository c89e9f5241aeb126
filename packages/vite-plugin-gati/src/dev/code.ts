import path from 'node:path';
import { type EnvironmentModuleNode, normalizePath, type RunnableDevEnvironment } from 'vite';

/** The code of an app as the module runner has it, file by file. File names are from the root, with `/`. */
export interface Code {
  /** The module of a file as it stands now; modules that did not change are not run again. */
  load(file: string): Promise<Record<string, unknown>>;
  /** Forgets modules and whatever imports them; gives the files that this concerns. Their `import.meta.hot.dispose` runs. */
  change(modules: Iterable<EnvironmentModuleNode>, timestamp: number): Promise<Set<string>>;
}

/**
 * There is no accepting module between the host and a handler: a change makes Vite's graph forget the file and its importers up to the
 * handler, and the next import runs those, and those alone, again. So the host knows when new code is there, and which error it has.
 */
export function createCode(environment: RunnableDevEnvironment): Code {
  const { root } = environment.config;
  const { moduleGraph } = environment;

  function withImporters(modules: Iterable<EnvironmentModuleNode>): Set<EnvironmentModuleNode> {
    const found = new Set<EnvironmentModuleNode>(modules);
    for (const module of found) for (const importer of module.importers) found.add(importer);
    return found;
  }

  return {
    async load(file) {
      try {
        return (await environment.runner.import(`/${file}`)) as Record<string, unknown>;
      } catch (error) {
        forgetFailed(environment, path.posix.join(root, file));
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
}

/** A module that threw would keep its error until the next edit; what it needed may be there at the next request. */
function forgetFailed({ runner }: RunnableDevEnvironment, id: string): void {
  const { evaluatedModules } = runner;
  const entry = evaluatedModules.getModuleById(id);
  if (!entry) return;
  const below = new Set([entry]);
  for (const node of below) {
    for (const imported of node.imports) {
      const next = evaluatedModules.getModuleById(imported);
      if (next) below.add(next);
    }
  }
  for (const node of below) {
    // Settled at once where the module failed or ended; one that still runs is someone else's.
    node.promise?.catch(() => evaluatedModules.invalidateModule(node));
  }
}
