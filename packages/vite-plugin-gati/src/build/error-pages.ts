import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { ErrorPages } from '@gati/runtime-h3/command';

/** File of the pages beside the server. */
export const ERROR_PAGES_FILE = 'errors.json';

/** Reads the pages of all error codes, and `index`. */
export function readErrorPages(): ErrorPages {
  const folder = pagesFolder();
  const files = fs.readdirSync(folder).filter((name) => name.endsWith('.md'));
  return Object.fromEntries(
    files
      .sort()
      .map((name) => [
        path.basename(name, '.md'),
        fs.readFileSync(path.join(folder, name), 'utf8').trimEnd(),
      ]),
  );
}

/** The folder of the pages: in the built package, or `docs/errors` of this repository. */
function pagesFolder(): string {
  const root = path.dirname(
    createRequire(import.meta.url).resolve('vite-plugin-gati/package.json'),
  );
  const built = path.join(root, 'dist/errors');
  return fs.existsSync(built) ? built : path.join(root, '../../docs/errors');
}
