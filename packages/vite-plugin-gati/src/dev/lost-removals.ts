import fs from 'node:fs';
import path from 'node:path';
import { normalizePath, type ViteDevServer } from 'vite';

/** Milliseconds after which the watcher has told of a removal, if it ever does: it keeps each one back for 100 itself. */
const WAIT = 300;

/**
 * A file that was written while Vite's watcher was still reading the folders can be unknown to it: it hears when the name goes, and
 * tells nobody. This looks again at each name that it heard of, and says "unlink" for the app's files that are no longer there.
 */
export interface LostRemovals {
  /** The app is made of this file (absolute, with `/`). Others, such as those of an atomic write, concern nobody when they go. */
  uses(file: string): void;
  close(): void;
}

export function watchLostRemovals({ watcher }: ViteDevServer): LostRemovals {
  const used = new Set<string>();
  const timers = new Map<string, NodeJS.Timeout>();

  function look(file: string): void {
    timers.delete(file);
    if (fs.existsSync(file)) return;
    // A folder goes with all that it held.
    const gone = used.has(file)
      ? [file]
      : [...used].filter((other) => other.startsWith(`${file}/`));
    for (const one of gone) watcher.emit('unlink', one);
  }

  function onRaw(event: string, name: unknown, details: unknown): void {
    if (event === 'change' || typeof name !== 'string') return;
    const { watchedPath } = (details ?? {}) as { watchedPath?: string };
    // A folder tells the names in it; on macOS the path is whole.
    const file = normalizePath(watchedPath === undefined ? name : path.resolve(watchedPath, name));
    clearTimeout(timers.get(file));
    timers.set(
      file,
      setTimeout(() => look(file), WAIT),
    );
  }

  function onUnlink(name: string): void {
    const file = normalizePath(name);
    used.delete(file);
    clearTimeout(timers.get(file));
    timers.delete(file);
  }

  watcher.on('raw', onRaw);
  watcher.on('unlink', onUnlink);
  return {
    uses: (file) => void used.add(file),
    close() {
      watcher.off('raw', onRaw);
      watcher.off('unlink', onUnlink);
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}
