// `npm run swaps -- [kind…]`: replaces a module of each kind 50 times while 32 callers call it, and
// replaces it by broken ones. No call may fail. `docker` runs only if it is named.
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import { root } from './lib/steps.mjs';

const { createForeignModules, findBreaks } = await importBuilt('modules');
const { ModuleProcesses, moduleContractError, toModuleContract } =
  await importBuilt('modules/host');

const SWAPS = 50;
const CALLERS = 32;
/** Growth of memory from the tenth swap to the last, as a share, and megabytes that always fit. */
const MAX_GROWTH = 0.2;
const SLACK_MB = 16;

const foreign = path.join(root, 'packages/runtime-h3/test/foreign');
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'gati-swaps-'));
const kinds = {
  exec: () => ({
    sources: ['exec:./helpers/module.mjs 1.0.0', 'exec:./helpers/module.mjs 1.1.0'],
    broken: { sick: 'exec:./helpers/module.mjs 2.0.0 sick', gone: 'exec:./helpers/none.mjs' },
    incompatible: 'exec:./helpers/module.mjs 2.0.0 narrow',
    call: (api) => api.double({ n: 2 }),
  }),
  mcp: () => ({
    sources: ['mcp:exec:./helpers/mcp-server.mjs', 'mcp:exec:./helpers/mcp-server.mjs stdio'],
    broken: { gone: 'mcp:exec:./helpers/none.mjs' },
    incompatible: undefined,
    call: (api) => api.shout({ word: 'a' }),
  }),
  npm: () => ({
    sources: [preparePackage('a', '1.0.0'), preparePackage('b', '1.1.0')],
    declaration: { source: 'npm:swaps', isolate: true },
    broken: { gone: 'npm:./none' },
    incompatible: preparePackage('c', '2.0.0', { input: { type: 'string' } }),
    call: (api) => api.double({ n: 2 }),
  }),
  wasm: async () => ({
    sources: [await writeWasm('a.wasm'), await writeWasm('b.wasm')],
    broken: { garbage: writeFile('c.wasm', 'no wasm') },
    call: (api) => api.ok(),
  }),
  http: async () => ({
    sources: [await serve('1.0.0'), await serve('1.1.0')],
    broken: { gone: 'http://127.0.0.1:9' },
    incompatible: await serve('2.0.0', { input: { type: 'string' } }),
    call: (api) => api.double({ n: 2 }),
  }),
  docker: async () => ({
    ...(await buildImages()),
    broken: { gone: `docker:sha256:${'0'.repeat(64)}` },
    call: (api) => api.double({ n: 2 }),
  }),
};
const named = process.argv.slice(2);
const closers = [];
let failed = false;
try {
  for (const kind of named.length > 0 ? named : Object.keys(kinds).filter((k) => k !== 'docker'))
    await run(kind, await kinds[kind]());
} finally {
  for (const close of closers) await close();
  fs.rmSync(work, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);

async function run(kind, { sources, declaration = {}, broken, incompatible, call }) {
  const lines = [];
  const log = (text, fields) => void lines.push(`${text} ${JSON.stringify(fields)}`);
  const logger = { trace: log, debug: log, info: log, warn: log, error: log };
  const programs = path.join(root, 'packages/runtime-h3/dist/programs');
  const host = new ModuleProcesses({ root: foreign, programs, logger });
  const module = { name: 'swapped', source: sources[0], run: sources[0], ...declaration };
  await host.add(module);
  const methods = { double: {}, shout: {}, ok: {} };
  const files = createForeignModules({
    modules: { swapped: { ...module, methods } },
    $defs: {},
    release: 'rel_swaps',
    host,
    logger,
    isTraced: false,
    root: foreign,
    env: {},
  });
  const { default: definition } = await files.swapped();
  const api = await definition.setup({});
  let calls = 0;
  const errors = [];
  const ended = new AbortController();
  const callers = Array.from({ length: CALLERS }, async () => {
    while (!ended.signal.aborted) {
      await call(api).then(
        () => calls++,
        (error) => errors.push(error),
      );
      await sleep(1);
    }
  });
  let contract = await host.swap('swapped', sources[0], async () => {}).then(toContract);
  const check = async (descriptor) => {
    const found = findBreaks('swapped', contract, descriptor);
    if (found.length > 0) throw moduleContractError('swapped', found);
  };
  let early = 0;
  for (let count = 1; count <= SWAPS; count++) {
    await host.swap('swapped', sources[count % 2], check);
    if (count === 10) early = memory();
  }
  const late = memory();
  const refused = {};
  for (const [name, source] of Object.entries({ ...broken, ...(incompatible && { incompatible }) }))
    refused[name] = await host.swap('swapped', source, check).then(
      () => undefined,
      (error) => error.code ?? String(error),
    );
  // The module that stays still serves.
  await Promise.all(
    Array.from({ length: CALLERS }, () => call(api).catch((error) => errors.push(error))),
  );
  ended.abort();
  await Promise.all(callers);
  await definition.dispose?.();
  await host.stop();
  const isBounded = late <= early * (1 + MAX_GROWTH) || late - early <= SLACK_MB;
  const isRefused = Object.values(refused).every((code) => code !== undefined);
  if (errors.length > 0 || !isBounded || !isRefused) failed = true;
  console.log(
    `${kind.padEnd(7)} ${SWAPS} swaps, ${calls} calls, ${errors.length} failed, memory ${early} → ${late} MB, refused ${JSON.stringify(refused)}`,
  );
  if (errors.length > 0) console.log(errors.slice(0, 3), lines.slice(-10).join('\n'));
}

function toContract(descriptor) {
  const { methods, $defs } = toModuleContract('swapped', descriptor);
  return { modules: [{ name: 'swapped', file: '', source: 'x', methods }], $defs };
}

function memory() {
  globalThis.gc?.();
  return Math.round(process.memoryUsage().rss / 1e6);
}

function importBuilt(entry) {
  const file = path.join(root, 'packages/runtime-h3/dist', `${entry}.mjs`);
  return import(pathToFileURL(file).href);
}

function writeFile(name, content) {
  fs.writeFileSync(path.join(work, name), content);
  return `wasm:${path.join(work, name)}`;
}

async function writeWasm(name) {
  const entryPoints = [path.join(foreign, 'helpers/tiny-wasm.ts')];
  const [{ text }] = buildSync({
    entryPoints,
    bundle: true,
    format: 'esm',
    write: false,
  }).outputFiles;
  const { tinyWasm } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
  return writeFile(name, tinyWasm());
}

function describe(version, double = {}) {
  return { name: 'swaps', version, protocol: 1, methods: { double } };
}

/** A package as the build prepares it. */
function preparePackage(name, version, double) {
  const folder = path.join(work, name);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(
    path.join(folder, 'index.mjs'),
    'export const double = ({ n }) => ({ n: n * 2 });',
  );
  fs.writeFileSync(path.join(folder, 'descriptor.json'), JSON.stringify(describe(version, double)));
  return `npm:./${path.relative(foreign, folder)}`;
}

/** A service that has the module protocol. */
async function serve(version, double) {
  const server = http.createServer((req, res) => {
    const isCall = req.url.startsWith('/call/');
    const value = isCall ? { n: 4 } : describe(version, double);
    req.resume();
    res.setHeader('content-type', 'application/json').end(JSON.stringify(value));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

/** Two images of the module of tests, in the running Docker engine or a new one. */
async function buildImages() {
  const { startEngine } = await import('../test/docker/helpers/engine.mjs');
  const { importBaseImage } = await import('../test/docker/helpers/base-image.mjs');
  const engine = await startEngine();
  if ('reason' in engine) throw new Error(engine.reason);
  closers.push(() => engine.stop());
  if (engine.host) process.env.DOCKER_HOST = engine.host;
  const base = importBaseImage(engine, path.join(root, '.cache/docker'));
  const folder = path.join(work, 'image');
  fs.mkdirSync(folder);
  fs.copyFileSync(path.join(foreign, 'helpers/module.mjs'), path.join(folder, 'module.mjs'));
  const build = (version) => {
    const entry = JSON.stringify(['/nodejs/bin/node', '/module.mjs', ...version]);
    const lines = [`FROM ${base}`, 'COPY module.mjs /module.mjs', `ENTRYPOINT ${entry}`];
    fs.writeFileSync(path.join(folder, 'Dockerfile'), lines.join('\n'));
    return `docker:${engine.docker(['build', '--quiet', folder]).trim()}`;
  };
  return {
    sources: [build(['1.0.0']), build(['1.1.0'])],
    incompatible: build(['2.0.0', 'narrow']),
  };
}
