import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import { normalizePath, type ViteDevServer } from 'vite';

/** Milliseconds after a change at which the file is looked at again. */
const LOOKS = [25, 85, 335];

/**
 * Vite's watcher drops a change within 50 ms of the one before on the same path, so the end of "truncate, then write" may never be
 * heard. This remembers which text was used, and says "changed" again when the file holds another.
 */
export interface LostEdits {
  /** A change of the file (absolute, with `/`) is taken up, and this is its text. */
  changed(file: string, text: string): void;
  /** This text was made into a module. */
  used(file: string, text: string): void;
  /** Looks at every file that was used. */
  lookAtAll(): void;
  /** The file stayed empty until the last look: it is meant to be. */
  isReallyEmpty(file: string): boolean;
  close(): void;
}

export function watchLostEdits(server: ViteDevServer): LostEdits {
  /** Hashes of the texts that the last change of a file led to; more than one where it changed in between. */
  const texts = new Map<string, Set<string>>();
  const timers = new Map<string, NodeJS.Timeout>();
  const empty = new Set<string>();
  let own: string | undefined;

  function look(file: string, index: number, begun: number): void {
    const wait = (LOOKS[index] ?? 0) - (Date.now() - begun);
    const timer = setTimeout(() => void read(), Math.max(0, wait));
    timers.set(file, timer);

    async function read(): Promise<void> {
      const text = await fs.readFile(file, 'utf8').catch(() => undefined);
      if (timers.get(file) !== timer) return;
      const last = index === LOOKS.length - 1;
      const known = texts.get(file);
      const isEmpty = text?.trim() === '';
      if (
        text !== undefined &&
        known &&
        (!isEmpty || last) &&
        (known.size > 1 || !known.has(toHash(text)))
      ) {
        if (isEmpty) empty.add(file);
        own = file;
        server.watcher.emit('change', file);
        own = undefined;
      }
      if (last) timers.delete(file);
      else look(file, index + 1, begun);
    }
  }

  function onChange(path: string): void {
    const file = normalizePath(path);
    // An own report must not start the looks anew, or a file that another plugin rewrites would be looked at for ever.
    if (file === own) return;
    clearTimeout(timers.get(file));
    empty.delete(file);
    look(file, 0, Date.now());
  }

  server.watcher.on('change', onChange);
  server.watcher.on('add', onChange);
  return {
    changed: (file, text) => void texts.set(file, new Set([toHash(text)])),
    used(file, text) {
      const known = texts.get(file) ?? new Set();
      texts.set(file, known.add(toHash(text)));
    },
    lookAtAll() {
      for (const file of texts.keys()) if (!timers.has(file)) look(file, LOOKS.length - 1, 0);
    },
    isReallyEmpty: (file) => empty.has(file),
    close() {
      server.watcher.off('change', onChange);
      server.watcher.off('add', onChange);
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}

const toHash = (text: string): string => createHash('sha1').update(text).digest('base64');
