import { createHash } from 'node:crypto';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { MagicString } from 'magic-string';
import { build, type Plugin, type ResolvedConfig, type Rolldown } from 'vite';
import { NODE_TARGET } from '../build/environments.ts';
import { ENVIRONMENT } from '../environment-name.ts';
import { writeChanged } from '../files/write-changed.ts';

/** `new Worker(new URL('./worker.ts', import.meta.url)`; the extension is one of TypeScript. */
const WORKER =
  /(\bnew\s+Worker\(\s*)new\s+URL\(\s*(['"])(\.{1,2}\/[^'"\n]+\.[cm]?tsx?)\2\s*,\s*import\.meta\.url\s*\)/g;

/**
 * Bundles the TypeScript modules that server code starts as workers of Node, in development. Node
 * loads them itself, without Vite, and a build bundles them too.
 */
export function devWorkersPlugin(): Plugin {
  return {
    name: 'gati:dev-workers',
    apply: 'serve',
    applyToEnvironment: (environment) => environment.name === ENVIRONMENT,
    transform: {
      filter: { id: { exclude: [/^\0/, /[\\/]node_modules[\\/]/] }, code: /\bnew\s+Worker\b/ },
      async handler(code, id) {
        const folder = path.dirname(id.replace(/\?.*$/, ''));
        const changed = new MagicString(code);
        for (const match of code.matchAll(WORKER)) {
          const [whole, start, , specifier] = match;
          const file = path.resolve(folder, specifier!);
          const { url, modules } = await bundleWorker(file, this.environment.getTopLevelConfig());
          for (const module of modules) this.addWatchFile(module);
          const text = `${start}new URL(${JSON.stringify(url)})`;
          changed.overwrite(match.index, match.index + whole.length, text);
        }
        return changed.hasChanged()
          ? { code: changed.toString(), map: changed.generateMap({ hires: 'boundary' }) }
          : undefined;
      },
    },
  };
}

/** Writes the bundle below `.gati`, from where Node finds the packages of the app. */
async function bundleWorker(
  file: string,
  { root, resolve }: ResolvedConfig,
): Promise<{ url: string; modules: string[] }> {
  const modules: string[] = [];
  const result = (await build({
    root,
    configFile: false,
    logLevel: 'silent',
    resolve: { alias: resolve.alias, tsconfigPaths: true },
    plugins: [
      {
        name: 'gati:modules',
        buildEnd() {
          modules.push(...this.getModuleIds());
        },
      },
    ],
    // A worker may read files next to its source.
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(file).href) },
    build: {
      ssr: true,
      write: false,
      target: NODE_TARGET,
      rolldownOptions: { input: file, output: { codeSplitting: false } },
    },
  })) as Rolldown.RolldownOutput;
  const [{ code }] = result.output;
  const hash = createHash('sha256').update(file).digest('base64url').slice(0, 8);
  const target = path.join(root, '.gati/workers', `${path.parse(file).name}-${hash}.mjs`);
  await writeChanged(target, code);
  return {
    url: pathToFileURL(target).href,
    modules: modules.filter((module) => path.isAbsolute(module)),
  };
}
