import path from 'node:path';
import { type FSWatcher, normalizePath, type ViteDevServer } from 'vite';
import { createCheckSchedule } from './check-schedule.ts';
import type { MissedChange } from './compare-files.ts';
import { createDiskState } from './disk-state.ts';
import { createEmptyFiles, isBlank } from './empty-files.ts';

/**
 * Emits the changes that Vite's watcher misses, as if the watcher had seen them. The watcher's
 * events are incomplete: it drops events that follow each other quickly, those of folders that are
 * created again, and all that happen while it starts. After each burst of events, this compares the
 * folder `src`, and the files that the app imports from elsewhere, with the disk. File names are
 * absolute, with `/`.
 */
export interface MissedChanges {
  /** Resolves when the first state of the files is read. The app must read no file before that. */
  readonly ready: Promise<void>;
  /** Follows a file that the app has read, wherever it is. */
  follow(file: string, text: string): void;
  /** Records that a change made the file empty, and was not applied. */
  emptied(file: string): void;
  /** Whether the file has been empty for so long that it is meant to be empty. */
  staysEmpty(file: string): boolean;
  close(): void;
}

/**
 * @param onSettled called after a burst that created or deleted files, once the watcher's own
 * events have ended
 */
export function emitMissedChanges(
  { watcher, config }: ViteDevServer,
  onSettled: () => void,
): MissedChanges {
  const isOff = config.server.watch === null;
  const root = path.posix.join(config.root, 'src');
  const disk = createDiskState(root, (name) => isIgnored(watcher, name));
  const ready = isOff ? Promise.resolve() : disk.read();
  const schedule = createCheckSchedule({ checkRecent, checkAll, settled });
  const emptyFiles = createEmptyFiles();
  /** Files of events, with the number of quick checks to do. */
  const recent = new Map<string, number>();
  let hasOtherFiles = false;
  let isEmitting = false;

  function checkRecent(): void {
    for (const [file, left] of recent) {
      if (left > 1) recent.set(file, left - 1);
      else recent.delete(file);
      // An empty file is left to a later check: its editor may still be writing.
      if (disk.differs(file) && !isBlank(file)) emit('change', file);
    }
  }

  async function checkAll(): Promise<boolean> {
    let found = false;
    const folders = new Set<string>();
    await disk.compare({
      missed({ type, file }) {
        if (schedule.isClosed()) return;
        found = true;
        emit(type, file);
      },
      rewatch: (folder) => void folders.add(folder),
    });
    if (schedule.isClosed()) return false;
    for (const folder of folders) rewatch(watcher, folder);
    emptyFiles.check((file) => emit('change', file));
    return found;
  }

  function settled(isLast: boolean): void {
    if (hasOtherFiles) onSettled();
    if (isLast) hasOtherFiles = false;
  }

  // Relies on: Vite treats an event that is emitted on its watcher as one that the watcher saw.
  function emit(type: MissedChange['type'], file: string): void {
    isEmitting = true;
    watcher.emit(type, file);
    isEmitting = false;
  }

  function onEvent(type: string, name: string): void {
    const file = normalizePath(name);
    disk.reported(type, file);
    if (type !== 'change') hasOtherFiles = true;
    else if (!disk.covers(file)) return;
    emptyFiles.changed(file);
    if (isEmitting) return;
    if (type === 'change' || type === 'add') recent.set(file, 2);
    schedule.begin();
  }

  const stop = isOff ? undefined : listen(watcher, onEvent, disk.covers, schedule.begin);
  return {
    ready,
    follow: disk.follow,
    emptied(file) {
      emptyFiles.emptied(file);
      if (!isOff) schedule.begin();
    },
    staysEmpty: emptyFiles.staysEmpty,
    close() {
      schedule.close();
      stop?.();
    },
  };
}

/**
 * Listens to the watcher, and begins the checks. Returns a function that ends the listening.
 *
 * @param covers whether an event of the operating system for a name begins the checks
 */
function listen(
  watcher: FSWatcher,
  onEvent: (type: string, name: string) => void,
  covers: (name: string) => boolean,
  begin: () => void,
): () => void {
  const listeners = ['add', 'change', 'unlink', 'addDir', 'unlinkDir'].map(
    (type) => [type, (name: string) => onEvent(type, name)] as const,
  );

  // Relies on: chokidar's `raw` event, whose arguments are internal and differ between platforms. A
  // folder's watcher passes the name inside of it; on macOS the path is absolute.
  function onRaw(_: string, name: unknown, details: unknown): void {
    if (typeof name !== 'string') return;
    const { watchedPath = '' } = (details ?? {}) as { watchedPath?: string };
    const names = [watchedPath, path.resolve(watchedPath, name)];
    if (names.some((each) => covers(normalizePath(each)))) begin();
  }

  for (const [type, listener] of listeners) watcher.prependListener(type, listener);
  watcher.on('raw', onRaw);
  // The watcher misses changes until it has read the folders, and some later ones.
  watcher.on('ready', begin);
  begin();
  return () => {
    for (const [type, listener] of listeners) watcher.off(type, listener);
    watcher.off('raw', onRaw);
    watcher.off('ready', begin);
  };
}

// Relies on: chokidar's `_isIgnored`, which is internal. Without it, changes that Vite's
// configuration ignores would be emitted too.
function isIgnored(watcher: FSWatcher, name: string): boolean {
  const { _isIgnored } = watcher as unknown as { _isIgnored?: (name: string) => boolean };
  return _isIgnored?.call(watcher, name) ?? false;
}

// Relies on: chokidar keeps the watch of a folder that was deleted and created again, which reports
// nothing any more, until the folder is removed from the watcher.
function rewatch(watcher: FSWatcher, folder: string): void {
  const name = path.normalize(folder);
  watcher.unwatch(name);
  watcher.add(name);
}
