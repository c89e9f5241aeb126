import path from 'node:path';
import { normalizePath, type ViteDevServer } from 'vite';
import type { MissedChange } from './compare-files.ts';
import { createDiskState } from './disk-state.ts';
import { readText } from '../files/read-text.ts';

/**
 * Milliseconds after the last event at which files are compared with the disk. The first checks are
 * only for the files of the events: the watcher ignores an edit within 50 ms of the previous one of
 * the same file. The others are for all files.
 */
const CHECKS = [
  { delay: 25, isFull: false },
  { delay: 85, isFull: false },
  { delay: 335, isFull: true },
  { delay: 1500, isFull: true },
  { delay: 6000, isFull: true },
] as const;
const FIRST_FULL = 2;
/** Milliseconds without a full check after which further events no longer delay it. */
const MAX_DELAY = 1000;
/** Maximum number of full checks in a row that start again because of differences. */
const MAX_RESTARTS = 20;
/** Milliseconds that an empty file counts as one that an editor is writing. */
const EMPTY_TIMEOUT = 300;

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
  const disk = createDiskState(path.posix.join(config.root, 'src'), isIgnored);
  /** Files of events, with the number of quick checks to do. */
  const recent = new Map<string, number>();
  /** The files whose last change left them empty, with the time of that change. */
  const empty = new Map<string, number>();
  const meantEmpty = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let nextCheck = 0;
  let lastEvent = 0;
  let lastFull = 0;
  let restarts = 0;
  let hasOtherFiles = false;
  let isEmitting = false;
  let closed = false;

  // Relies on: chokidar's `_isIgnored`, which is internal. Without it, changes that Vite's
  // configuration ignores would be emitted too.
  function isIgnored(name: string): boolean {
    const { _isIgnored } = watcher as unknown as { _isIgnored?: (name: string) => boolean };
    return _isIgnored?.call(watcher, name) ?? false;
  }

  function schedule(index: number): void {
    nextCheck = index;
    clearTimeout(timer);
    const { delay } = CHECKS[index]!;
    const begun = lastEvent;
    timer = setTimeout(() => void check(), Math.max(0, begun + delay - Date.now()));

    async function check(): Promise<void> {
      const isFull = CHECKS[index]!.isFull || Date.now() - lastFull > MAX_DELAY;
      const found = isFull ? await checkAll() : checkRecent();
      if (closed) return;
      if (lastEvent !== begun) return schedule(0);
      if (isFull && index >= FIRST_FULL) settle(index);
      if (isFull && found && restarts++ < MAX_RESTARTS) {
        lastEvent = Date.now();
        return schedule(FIRST_FULL);
      }
      if (index + 1 < CHECKS.length) return schedule(index + 1);
      timer = undefined;
      restarts = 0;
    }
  }

  function settle(index: number): void {
    const isLast = index === CHECKS.length - 1;
    if (hasOtherFiles && (index === FIRST_FULL || isLast)) onSettled();
    if (isLast) hasOtherFiles = false;
  }

  function checkRecent(): boolean {
    for (const [file, left] of recent) {
      if (left > 1) recent.set(file, left - 1);
      else recent.delete(file);
      // An empty file is left to a later check: its editor may still be writing.
      if (disk.differs(file) && !isBlank(file)) emit({ type: 'change', file });
    }
    return false;
  }

  async function checkAll(): Promise<boolean> {
    let found = false;
    const folders = new Set<string>();
    lastFull = Date.now();
    await disk.compare({
      missed(change) {
        if (closed) return;
        found = true;
        emit(change);
      },
      rewatch: (folder) => void folders.add(folder),
    });
    if (closed) return false;
    for (const folder of folders) rewatch(folder);
    for (const [file, since] of empty) {
      if (Date.now() - since < EMPTY_TIMEOUT || !isBlank(file)) continue;
      emit({ type: 'change', file });
      meantEmpty.add(file);
    }
    return found;
  }

  // Relies on: Vite treats an event that is emitted on its watcher as one that the watcher saw.
  function emit({ type, file }: MissedChange): void {
    isEmitting = true;
    watcher.emit(type, file);
    isEmitting = false;
  }

  // Relies on: chokidar keeps the watch of a folder that was deleted and created again, which reports
  // nothing any more, until the folder is removed from the watcher.
  function rewatch(folder: string): void {
    const name = path.normalize(folder);
    watcher.unwatch(name);
    watcher.add(name);
  }

  function onEvent(type: string, name: string): void {
    const file = normalizePath(name);
    disk.reported(type, file);
    if (type !== 'change') hasOtherFiles = true;
    else if (!disk.covers(file)) return;
    empty.delete(file);
    meantEmpty.delete(file);
    if (isEmitting) return;
    if (type === 'change' || type === 'add') recent.set(file, 2);
    begin();
  }

  // Relies on: chokidar's `raw` event, whose arguments are internal and differ between platforms. A
  // folder's watcher passes the name inside of it; on macOS the path is absolute.
  function onRaw(_: string, name: unknown, details: unknown): void {
    if (typeof name !== 'string') return;
    const { watchedPath = '' } = (details ?? {}) as { watchedPath?: string };
    if (
      [watchedPath, path.resolve(watchedPath, name)].some((each) =>
        disk.covers(normalizePath(each)),
      )
    )
      begin();
  }

  function begin(): void {
    lastEvent = Date.now();
    restarts = 0;
    if (!timer || nextCheck > 0) schedule(0);
  }

  const listeners = ['add', 'change', 'unlink', 'addDir', 'unlinkDir'].map(
    (type) => [type, (name: string) => onEvent(type, name)] as const,
  );
  const ready = isOff ? Promise.resolve() : disk.read();
  if (!isOff) {
    for (const [type, listener] of listeners) watcher.prependListener(type, listener);
    watcher.on('raw', onRaw);
    // The watcher misses changes until it has read the folders, and some later ones.
    watcher.on('ready', begin);
    lastFull = Date.now();
    begin();
  }
  return {
    ready,
    follow: (file, text) => disk.follow(file, text),
    emptied(file) {
      empty.set(file, Date.now());
      if (!isOff) begin();
    },
    staysEmpty: (file) => meantEmpty.has(file),
    close() {
      closed = true;
      clearTimeout(timer);
      for (const [type, listener] of listeners) watcher.off(type, listener);
      watcher.off('raw', onRaw);
      watcher.off('ready', begin);
    },
  };
}

const isBlank = (file: string): boolean => readText(file)?.trim() === '';
