import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { normalizePath, type ViteDevServer } from 'vite';
import { configChain } from '../analyze/project/config-chain.ts';
import { readText } from '../files/read-text.ts';

/** Milliseconds that a configuration may be empty while its editor writes it. */
const WRITE_TIMEOUT = 400;
/** Milliseconds between two reads. */
const WRITE_INTERVAL = 10;

/**
 * The TypeScript configurations of the app: `tsconfig.json`, `tsconfig.app.json` and so on, and the
 * files that they extend, under any name and outside of the root. File names are absolute, with
 * `/`.
 */
export interface ConfigFiles {
  /**
   * Applies a change of a file. Vite treats only `tsconfig.json` as a configuration, so the change
   * of another one is reported to Vite as a change of `tsconfig.json`. Returns whether the file is a
   * configuration.
   */
  changed(file: string): boolean;
  /**
   * Reads the configurations again, once none of them is half-written. Returns them if the content
   * of one changed, else none.
   */
  refresh(): Promise<string[]>;
}

/**
 * @param follow called with each configuration file that is read, so that the server notices every
 * edit
 */
export function createConfigFiles(
  { config, watcher }: ViteDevServer,
  follow: (file: string, text: string) => void,
): ConfigFiles {
  const { root } = config;
  let texts = read();

  /** Contents of the configurations, by file. */
  function read(): Map<string, string | undefined> {
    const files = configChain(root);
    const outside = files.filter((file) => !file.startsWith(`${root}/`));
    if (outside.length > 0) watcher.add(outside);
    const found = new Map(files.map((file) => [file, readText(file)]));
    for (const [file, text] of found) if (text !== undefined) follow(file, text);
    return found;
  }

  return {
    changed(file) {
      if (path.basename(file) === 'tsconfig.json') return true;
      if (!texts.has(file) && !/\/tsconfig\.[^/]+\.json$/.test(file)) return false;
      const main = [...texts.keys()].find((each) => path.basename(each) === 'tsconfig.json');
      // Relies on: Vite treats a `change` that is emitted on its watcher as one that the watcher
      // saw. Vite then drops its own cache, transforms all modules again, and sends a full reload.
      if (main !== undefined) watcher.emit('change', normalizePath(main));
      return true;
    },
    async refresh() {
      const end = Date.now() + WRITE_TIMEOUT;
      const isHalfWritten = (file: string): boolean => readText(file)?.trim() === '';
      while ([...texts.keys()].some(isHalfWritten) && Date.now() < end) await delay(WRITE_INTERVAL);
      const before = texts;
      texts = read();
      const files = new Set([...before.keys(), ...texts.keys()]);
      const isSame = [...files].every((file) => before.get(file) === texts.get(file));
      return isSame ? [] : [...files];
    },
  };
}
