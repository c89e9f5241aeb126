import fs from 'node:fs';
import path from 'node:path';
import { normalizePath, type ViteDevServer } from 'vite';

/**
 * Milliseconds after which the watcher has reported a removal, if it ever does. It holds back each
 * removal for 100 ms itself.
 */
const REMOVAL_DELAY = 300;

/**
 * Reports removals that Vite's watcher misses. A file that was written while the watcher read the
 * folders can be unknown to it. The watcher then notices that the name is gone, but emits no
 * `unlink`. This checks each name that the watcher noticed, and emits `unlink` for files of the app
 * that no longer exist. File names are absolute, with `/`.
 */
export interface LostRemovals {
  /**
   * Adds a file that the app is made of. Other files, such as those of atomic writes, are ignored.
   */
  add(file: string): void;
  close(): void;
}

export function watchLostRemovals({ watcher }: ViteDevServer): LostRemovals {
  const files = new Set<string>();
  const timers = new Map<string, NodeJS.Timeout>();

  function check(name: string): void {
    timers.delete(name);
    if (fs.existsSync(name)) return;
    // A name may be a folder, which is removed with all its files.
    const removed = files.has(name)
      ? [name]
      : [...files].filter((file) => file.startsWith(`${name}/`));
    // Relies on: Vite treats an `unlink` that is emitted on its watcher as one that the watcher
    // saw.
    for (const file of removed) watcher.emit('unlink', file);
  }

  // Relies on: chokidar's `raw` event, whose arguments are internal and differ between platforms. A
  // folder's watcher passes the name inside of it; on macOS the path is absolute.
  function onRaw(event: string, name: unknown, details: unknown): void {
    if (event === 'change' || typeof name !== 'string') return;
    const { watchedPath } = (details ?? {}) as { watchedPath?: string };
    const file = normalizePath(watchedPath === undefined ? name : path.resolve(watchedPath, name));
    clearTimeout(timers.get(file));
    timers.set(
      file,
      setTimeout(() => check(file), REMOVAL_DELAY),
    );
  }

  function onUnlink(name: string): void {
    const file = normalizePath(name);
    files.delete(file);
    clearTimeout(timers.get(file));
    timers.delete(file);
  }

  watcher.on('raw', onRaw);
  watcher.on('unlink', onUnlink);
  return {
    add: (file) => void files.add(file),
    close() {
      watcher.off('raw', onRaw);
      watcher.off('unlink', onUnlink);
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}
