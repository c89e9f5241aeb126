import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { Plugin } from 'vite';

const FOLDER = fileURLToPath(new URL('../../node_modules/.cache/gati-threads', import.meta.url));

/**
 * Replaces a source that exports its `location` as the file of a thread by one that exports the
 * location of its bundle. Node 20 can't run TypeScript, and the loader that it needs for that makes
 * the start of a thread take 0.25 s of CPU time.
 *
 * @param source absolute path
 */
export function bundledThread(source: string): Plugin {
  return {
    name: 'bundled-thread',
    async load(id) {
      if (id !== source) return;
      const file = path.join(FOLDER, `${path.basename(source, '.ts')}.mjs`);
      const options = { bundle: true, platform: 'node', format: 'esm', target: 'node20' } as const;
      const { outputFiles } = await build({ entryPoints: [source], write: false, ...options });
      fs.mkdirSync(FOLDER, { recursive: true });
      // Other processes that run tests may read the file.
      fs.writeFileSync(`${file}.${process.pid}`, outputFiles[0]!.contents);
      fs.renameSync(`${file}.${process.pid}`, file);
      return `export const location = ${JSON.stringify(pathToFileURL(file).href)};`;
    },
  };
}
