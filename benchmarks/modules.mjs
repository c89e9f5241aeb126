// `npm run modules`: time of a call of a module by source, beside a bare call of undici's pool over the
// same Unix socket, and beside a plain function.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { createForeignModules } from '@gati/runtime-h3/modules';
import { ModuleProcesses } from '@gati/runtime-h3/modules/host';
import { createModules } from '../packages/runtime-h3/src/modules/create-modules.ts';
import { tinyWasm } from '../packages/runtime-h3/test/foreign/helpers/tiny-wasm.ts';

const CALLS = 5000;
const root = path.resolve(fileURLToPath(import.meta.url), '../../packages/runtime-h3/test/foreign');
const none = () => {};
const logger = { debug: none, info: none, warn: console.error, error: console.error };
const declaration = { name: 'bench', source: 'exec:./helpers/module.mjs' };

/** Microseconds of one call, at the median and at the 99th percentile. */
async function measure(call) {
  for (let count = 0; count < 500; count++) await call();
  const times = [];
  for (let count = 0; count < CALLS; count++) {
    const start = performance.now();
    await call();
    times.push((performance.now() - start) * 1000);
  }
  times.sort((a, b) => a - b);
  return { p50: times[CALLS / 2], p99: times[Math.floor(CALLS * 0.99)] };
}

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'gati-bench-modules-'));
fs.writeFileSync(path.join(work, 'tiny.wasm'), tinyWasm());
const wasm = { name: 'wasm', source: `wasm:${path.relative(root, path.join(work, 'tiny.wasm'))}` };
const host = new ModuleProcesses({ root, logger });
await host.add(declaration);
const files = createForeignModules({
  modules: {
    bench: { ...declaration, methods: { double: {} } },
    wasm: { ...wasm, methods: { ok: {} } },
  },
  $defs: {},
  release: 'rel_bench',
  host,
  logger,
  isTraced: false,
  root,
  env: process.env,
});
const plain = async ({ n }) => ({ n: n * 2 });
const modules = createModules({ ...files, own: () => ({ double: plain }) });
await modules.setup({ modules: modules.api });
const gctx = { modules: modules.api };
const pool = new Pool('http://module', { socketPath: host.state('bench').address.slice(5) });
const bare = async () => {
  const { body } = await pool.request({
    method: 'POST',
    path: '/call/double',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ n: 1 }),
  });
  return body.json();
};
const rows = {
  'plain function': await measure(() => plain({ n: 1 })),
  'src/modules': await measure(() => gctx.modules.own.double({ n: 1 })),
  'wasm:': await measure(() => gctx.modules.wasm.ok()),
  'bare undici': await measure(bare),
  'exec: over a Unix socket': await measure(() => gctx.modules.bench.double({ n: 1 })),
};
await pool.close();
await modules.dispose();
await host.stop();
fs.rmSync(work, { recursive: true });

const ratio = rows['exec: over a Unix socket'].p50 / rows['bare undici'].p50;
const load = os.loadavg()[0];
if (process.argv.includes('--json')) console.log(JSON.stringify({ rows, ratio, load }));
else {
  for (const [name, { p50, p99 }] of Object.entries(rows))
    console.log(`${name.padEnd(28)} p50 ${p50.toFixed(1)} µs   p99 ${p99.toFixed(1)} µs`);
  console.log(`exec: / bare undici: ${ratio.toFixed(2)}, load ${load.toFixed(1)}`);
}
