import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import { normalizePath, type ViteDevServer } from 'vite';

/** Milliseconds after a change at which the file is read again. */
const CHECK_DELAYS = [25, 85, 335];
const LAST_CHECK = CHECK_DELAYS.length - 1;

/**
 * Reports edits that Vite's watcher drops. The watcher ignores a change within 50 ms of the
 * previous one of the same path, so the end of "truncate, then write" may be lost. This remembers
 * the text of each loaded file, reads the file again after a change, and emits `change` if the text
 * differs. File names are absolute, with `/`.
 */
export interface LostEdits {
  /** Records the text of a change that was applied. */
  changeApplied(file: string, text: string): void;
  /** Records the text that a module was made of. */
  textLoaded(file: string, text: string): void;
  /**
   * Records that a change made the file empty, and was not applied. Each text counts as a change
   * later, even the old one: a reader of the disk may have seen the empty file.
   */
  emptied(file: string): void;
  /** Reads every recorded file again. */
  checkAll(): void;
  /** Whether the file was still empty at the last check, so that it is meant to be empty. */
  staysEmpty(file: string): boolean;
  close(): void;
}

export function watchLostEdits(server: ViteDevServer): LostEdits {
  /**
   * Hashes of the texts since the last applied change. More than one if a file changed again.
   */
  const hashes = new Map<string, Set<string>>();
  const timers = new Map<string, NodeJS.Timeout>();
  const empty = new Set<string>();
  /** The file whose change this module emits right now. */
  let emitting: string | undefined;

  function scheduleCheck(file: string, index: number, begun: number): void {
    const wait = (CHECK_DELAYS[index] ?? 0) - (Date.now() - begun);
    const timer = setTimeout(() => void check(), Math.max(0, wait));
    timers.set(file, timer);

    async function check(): Promise<void> {
      const text = await fs.readFile(file, 'utf8').catch(() => undefined);
      if (timers.get(file) !== timer) return;
      const isLast = index === LAST_CHECK;
      if (text !== undefined && isLost(file, text, isLast)) emitChange(file, text);
      if (isLast) timers.delete(file);
      else scheduleCheck(file, index + 1, begun);
    }
  }

  /** An empty file is not reported before the last check: its editor may still be writing. */
  function isLost(file: string, text: string, isLast: boolean): boolean {
    const known = hashes.get(file);
    if (!known || (isBlank(text) && !isLast)) return false;
    return known.size > 1 || !known.has(toHash(text));
  }

  function emitChange(file: string, text: string): void {
    if (isBlank(text)) empty.add(file);
    emitting = file;
    // Relies on: Vite treats a `change` that is emitted on its watcher as one that the watcher saw.
    server.watcher.emit('change', file);
    emitting = undefined;
  }

  function onChange(path: string): void {
    const file = normalizePath(path);
    // Without a limit, a file that another plugin keeps rewriting would be checked forever.
    if (file === emitting) return;
    clearTimeout(timers.get(file));
    empty.delete(file);
    scheduleCheck(file, 0, Date.now());
  }

  server.watcher.on('change', onChange);
  server.watcher.on('add', onChange);
  return {
    changeApplied: (file, text) => void hashes.set(file, new Set([toHash(text)])),
    textLoaded(file, text) {
      const known = hashes.get(file) ?? new Set();
      hashes.set(file, known.add(toHash(text)));
    },
    emptied: (file) =>
      void hashes.set(file, new Set([...(hashes.get(file) ?? []), toHash(''), '-'])),
    checkAll() {
      for (const file of hashes.keys()) if (!timers.has(file)) scheduleCheck(file, LAST_CHECK, 0);
    },
    staysEmpty: (file) => empty.has(file),
    close() {
      server.watcher.off('change', onChange);
      server.watcher.off('add', onChange);
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}

const isBlank = (text: string): boolean => text.trim() === '';
const toHash = (text: string): string => createHash('sha1').update(text).digest('base64');
