import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Manifest, printManifest } from '@gati/contract';
import { putRelease } from '../../src/releases/index.ts';
import type { ReleaseStore } from '../../src/ports.ts';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';

export interface SealedOptions {
  /** Code of the bundle's modules, `{ name: definition }`. */
  modules?: string;
  /** Code of the bundle's migrations, a list of slots. */
  migrations?: string;
  /** ABI version of the bundle; 1 by default. */
  abi?: number;
  /** Paths of `GET` routes besides `/which`. */
  paths?: string[];
  /** Code of the handlers of `GET` routes, by path. */
  handlers?: Record<string, string>;
  /** RFC 3339. */
  at?: string;
  /** Code that replaces the whole bundle. */
  code?: string;
  /** Code that makes the bundle larger: the server estimates memory by its size. */
  padding?: string;
}

/** Writes an output folder like that of a build. `GET /which` responds with the version. */
export async function writeSealed(
  folder: string,
  version: string,
  {
    modules = '{}',
    migrations = '[]',
    abi = 1,
    paths = [],
    handlers = {},
    code,
    padding,
  }: SealedOptions = {},
): Promise<void> {
  const id = `rel_${Buffer.from(version.padEnd(8, '.')).toString('hex').slice(0, 16)}`;
  const ids = ['/which', ...paths, ...Object.keys(handlers)];
  const manifest: Manifest = {
    format: 1,
    name: 'app',
    release: { version, id, code: 'a'.repeat(64) },
    contract: {
      routes: ids.sort().map((path) => ({
        id: `GET ${path}`,
        method: 'GET' as const,
        path,
        domain: 'root',
        name: [path.slice(1)],
        file: `src/handlers${path}.ts`,
        responses: {},
      })),
      effects: [],
      modules: [],
      $defs: {},
    },
  };
  const bundle = `const version = ${JSON.stringify(version)};
const live = { middleware: [], input: {}, output: {}, handler: (req, res, gctx) => ({ version, deployed: gctx.release.deployedAt, modules: Object.keys(gctx.modules) }) };
const handlers = { ${Object.entries(handlers)
    .map(([path, handler]) => `${JSON.stringify(path)}: ${handler}`)
    .join(', ')} };
const routes = ${JSON.stringify(ids)}.map((path) => ({ id: 'GET ' + path, method: 'GET', path, domain: 'root', load: () => handlers[path] ? { ...live, handler: handlers[path] } : live }));
export default {
  abi: ${abi}, version, id: ${JSON.stringify(id)}, contract: { routes: [], effects: [], modules: [], $defs: {} }, routes,
  match: (method, path) => { const data = routes.find((route) => route.method === method && route.path === path); return data && { data }; },
  modules: ${modules}, effects: {}, migrations: ${migrations},
};
${padding === undefined ? '' : `globalThis[${JSON.stringify(`padding ${version}`)}] = (() => ${padding});\n`}`;
  await mkdir(join(folder, 'server'), { recursive: true });
  await writeFile(join(folder, 'gati.manifest.json'), printManifest(manifest));
  await writeFile(join(folder, 'server', 'release.mjs'), code ?? bundle);
  await writeFile(
    join(folder, 'openapi.json'),
    JSON.stringify({ openapi: '3.1.0', info: { title: 'app', version } }),
  );
}

/** Writes an output folder and puts it into a store. */
export async function putSealed(
  store: ReleaseStore,
  version: string,
  options: SealedOptions = {},
): Promise<void> {
  const folder = temporaryFolder('sealed');
  await writeSealed(folder, version, options);
  await putRelease(store, folder, options.at === undefined ? {} : { at: options.at });
}
