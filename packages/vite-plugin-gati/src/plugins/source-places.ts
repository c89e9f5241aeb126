import type { Plugin } from 'vite';
import { isAppModule } from '../build/bundle-parts.ts';
import { findOwnPlace } from '../build/find-own-place.ts';
import { reportAt } from '../build/report-at.ts';
import { ENVIRONMENT } from '../environment-name.ts';

const CODE = 'GATI_SERVER_FILE';
const FIX =
  "Name each file with `new URL('./file', import.meta.url)`, import its text with `?raw`, or start from `process.cwd()`. If the code works without its sources too, write `/* @vite-ignore */` before it.";
const WORKER_FIX =
  "Use a worker of Node: `new Worker(new URL('./worker.ts', import.meta.url))` of `node:worker_threads`.";

/**
 * Rejects code of the app that finds files relative to its own path, which changes in a bundle.
 * Also rejects workers that only browsers have. Both work, or seem to work, in development.
 */
export function sourcePlacesPlugin(): Plugin {
  return {
    name: 'gati:source-places',
    apply: 'build',
    sharedDuringBuild: true,
    applyToEnvironment: (environment) => environment.name === ENVIRONMENT,
    resolveId: {
      order: 'pre',
      filter: { id: /\?(?:.*&)?(?:worker|sharedworker)\b/ },
      handler(source, importer) {
        if (importer === undefined || !isAppModule(importer)) return;
        const message = `The import '${source}' is a web worker, which Node does not have.`;
        reportAt(
          { root: this.environment.config.root, id: importer, text: source },
          { code: CODE, message, fix: WORKER_FIX },
        );
      },
    },
    transform: {
      filter: {
        id: { exclude: [/^\0/, /[\\/]node_modules[\\/]/] },
        code: /\bimport\.meta\.(?:dirname|filename)\b|\b__(?:dir|file)name\b|\bfileURLToPath\b|\bcreateRequire\b|\brequire(?:\.resolve)?\(/,
      },
      handler(code, id) {
        const file = id.replace(/\?.*$/, '');
        if (!isAppModule(file)) return;
        const text = findOwnPlace(this.parse(code), code);
        if (text === undefined) return;
        const message = `The code \`${text}\` refers to a path in the sources, which the built server does not have.`;
        reportAt(
          { root: this.environment.config.root, id: file, text },
          { code: CODE, message, fix: FIX },
        );
      },
    },
  };
}
