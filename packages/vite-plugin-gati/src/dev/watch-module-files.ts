import path from 'node:path';
import { normalizePath, type ViteDevServer } from 'vite';
import { filesOf } from '../foreign/built-declaration.ts';
import type { DeclaredModule } from '../foreign/module-options.ts';

/** Milliseconds without an edit before a module starts again. */
const EDIT_PAUSE = 150;
/** Files that programs write while they run. */
const OWN_OUTPUT = /(^|\/)(__pycache__|target|\.venv|node_modules|\.git)(\/|$)/;

interface ModuleFilesOptions {
  root: string;
  modules(): DeclaredModule[];
  isRunning(name: string): boolean;
  /** Called after the last of several edits of a running module. */
  onEdit(module: DeclaredModule): void;
}

/** Watches the files of foreign modules, unless Vite watches none. */
export function watchModuleFiles(
  server: ViteDevServer,
  { root, modules, isRunning, onEdit }: ModuleFilesOptions,
): { close(): void } {
  const timers = new Map<string, NodeJS.Timeout>();

  function onFile(_event: string, changed: string): void {
    const file = normalizePath(path.relative(root, changed));
    if (file.startsWith('..') || OWN_OUTPUT.test(file)) return;
    for (const module of modules()) {
      const isOwn = filesOf(module).some((each) => file === each || file.startsWith(`${each}/`));
      if (!isOwn || !isRunning(module.name)) continue;
      clearTimeout(timers.get(module.name));
      timers.set(
        module.name,
        setTimeout(() => onEdit(module), EDIT_PAUSE),
      );
    }
  }

  if (server.config.server.watch !== null) server.watcher.on('all', onFile);
  return {
    close() {
      server.watcher.off('all', onFile);
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}
