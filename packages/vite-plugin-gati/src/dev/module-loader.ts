import path from 'node:path';
import { type EnvironmentModuleNode, normalizePath, type RunnableDevEnvironment } from 'vite';
import type { EvaluatedModuleNode } from 'vite/module-runner';
import type { FileSnapshots } from './file-snapshots.ts';

/** Runs the code of the app in Vite's module runner. File names are from the root, with `/`. */
export interface ModuleLoader {
  /** Returns the current module of a file. Modules that did not change are not run again. */
  load(file: string): Promise<Record<string, unknown>>;
  /** Imports a package of the app. */
  loadPackage(name: string): Promise<Record<string, unknown>>;
  /**
   * Invalidates modules and all modules that import them, and runs their `import.meta.hot.dispose`.
   * Returns the files of all these modules.
   */
  invalidate(modules: Iterable<EnvironmentModuleNode>, timestamp: number): Promise<Set<string>>;
  /** Invalidates all modules. Returns their files. */
  invalidateAll(): Promise<Set<string>>;
}

/**
 * Maximum number of times that a module is loaded again because of edits. Later edits wait for a
 * request.
 */
const MAX_RELOADS = 5;

/**
 * Creates the loader of a Vite environment. No module between the dev app and a handler accepts hot
 * updates. A change invalidates the file and its importers up to the handler, and the next import
 * runs these modules again, and no others. So the dev app knows when new code is loaded, and which
 * error it has.
 */
export function createModuleLoader(
  environment: RunnableDevEnvironment,
  snapshots: FileSnapshots,
): ModuleLoader {
  const { root } = environment.config;
  const { moduleGraph } = environment;

  function withImporters(modules: Iterable<EnvironmentModuleNode>): Set<EnvironmentModuleNode> {
    const found = new Set<EnvironmentModuleNode>(modules);
    // A set that grows while it is iterated visits the added modules too.
    for (const module of found) for (const importer of module.importers) found.add(importer);
    return found;
  }

  /**
   * Modules below `id` that were made from older content than the snapshot of their file, or that
   * were invalidated while they loaded.
   */
  function outdatedBelow(id: string): EnvironmentModuleNode[] {
    return evaluatedBelow(environment, id).flatMap((evaluated) => {
      const { file } = evaluated;
      if (snapshots.isOutdated(file)) return [...(moduleGraph.getModulesByFile(file) ?? [])];
      const module = moduleGraph.getModuleById(evaluated.id);
      return module?.transformResult === null ? [module] : [];
    });
  }

  const loader: ModuleLoader = {
    async load(file) {
      const id = path.posix.join(root, file);
      try {
        for (let reloads = 0; ; reloads++) {
          const module = (await environment.runner.import(`/${file}`)) as Record<string, unknown>;
          // Vite may treat a transformation that began just before a change as one that began after
          // it.
          const outdated = outdatedBelow(id);
          if (outdated.length === 0 || reloads === MAX_RELOADS) return module;
          await loader.invalidate(outdated, Date.now());
        }
      } catch (error) {
        forgetFailed(environment, id);
        throw error;
      }
    },
    loadPackage: (name) => environment.runner.import<Record<string, unknown>>(name),
    async invalidate(modules, timestamp) {
      const { hmrClient } = environment.runner;
      const files = new Set<string>();
      const seen = new Set<EnvironmentModuleNode>();
      const dropped = new Set<EnvironmentModuleNode>();
      for (const module of withImporters(modules)) {
        moduleGraph.invalidateModule(module, seen, timestamp, true);
        // Otherwise Vite keeps the result of a transformation that began before: it may have
        // resolved an import to a deleted file, or not to a new one. The time of this call is that of
        // Vite's own clock, which never returns the same time twice. With `Date.now()`, Vite would
        // also drop the result of a transformation that begins later in the same millisecond.
        moduleGraph.invalidateModule(module, dropped);
        if (module.file) files.add(normalizePath(path.relative(root, module.file)));
        // Relies on: the maps of the runner's `hmrClient`, which Vite does not document.
        const dispose = hmrClient?.disposeMap.get(module.url);
        if (!dispose) continue;
        hmrClient?.disposeMap.delete(module.url);
        await dispose(hmrClient?.dataMap.get(module.url));
      }
      return files;
    },
    invalidateAll: () => loader.invalidate([...moduleGraph.idToModuleMap.values()], Date.now()),
  };
  return loader;
}

/**
 * Makes the next import run failed modules again. A module that threw would keep its error until
 * the next edit, although the cause may be gone by the next request.
 */
function forgetFailed(environment: RunnableDevEnvironment, id: string): void {
  const { evaluatedModules } = environment.runner;
  // A promise of a module that failed rejects at once. One that still runs belongs to another load.
  // Relies on: `promise` of an evaluated module, which is not part of Vite's documented API.
  for (const node of evaluatedBelow(environment, id))
    node.promise?.catch(() => evaluatedModules.invalidateModule(node));
  // Vite keeps the error of a URL that a resolver threw for, as with an invalid `tsconfig.json`.
  // Relies on: `_unresolvedUrlToModuleMap` of the module graph, which is internal.
  const { _unresolvedUrlToModuleMap: urls } = environment.moduleGraph as unknown as {
    _unresolvedUrlToModuleMap?: Map<string, Promise<unknown> | object>;
  };
  for (const [url, module] of urls ?? []) {
    if (!(module instanceof Promise)) continue;
    module.catch(() => {
      if (urls?.get(url) === module) urls.delete(url);
    });
  }
}

/** Returns a module and all modules that it imported when it ran. */
function evaluatedBelow({ runner }: RunnableDevEnvironment, id: string): EvaluatedModuleNode[] {
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
