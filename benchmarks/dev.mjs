// Development server: time to the first response, and from an edit until it is served with its new
// contract, beside Nitro 3 in the same run:
// `npm run dev -- [--handlers 500] [--edits 100] [--only gati,nitro] [--json]`
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import {
  freshFolder,
  gatiApp,
  handler,
  nitroApp,
  nitroHandler,
  nitroProbe,
  probe,
} from './lib/app.mjs';
import { percentile, report, round, sleep, until } from './lib/measure.mjs';
import { freePort } from './lib/port.mjs';

const { values } = parseArgs({
  options: {
    handlers: { type: 'string', default: '500' },
    edits: { type: 'string', default: '100' },
    json: { type: 'boolean' },
    only: { type: 'string' },
  },
});
const handlers = Number(values.handlers);
const edits = Number(values.edits);
const vite = path.join(
  path.dirname(createRequire(import.meta.url).resolve('vite/package.json')),
  'bin/vite.js',
);

// Every eighth handler is a PATCH whose body has a required field. The edit renames the field, so the
// old contract would reject the request.
const patch = (turn) => (turn % Math.floor(handlers / 8)) * 8 + 6;
const peers = {
  gati: {
    make: (dir) => gatiApp(dir, handlers),
    first: (base) => fetch(base + probe(0).url),
    edit(dir, turn) {
      const i = patch(turn);
      const stamp = `v${turn + 1}`;
      fs.writeFileSync(
        path.join(dir, probe(i).file),
        handler(i, stamp).replaceAll(`reason${i}`, `reason_${stamp}`),
      );
      return stamp;
    },
    async served(base, turn, stamp) {
      const response = await fetch(base + probe(patch(turn)).url, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ [`reason_${stamp}`]: 'because' }),
      });
      return response.status === 200 && (await response.text()).includes(`"${stamp}"`);
    },
  },
  nitro: {
    make: (dir) => nitroApp(dir, handlers),
    first: (base) => fetch(base + nitroProbe(0).url),
    edit(dir, turn) {
      const i = (turn * 8) % handlers;
      const stamp = `v${turn + 1}`;
      fs.writeFileSync(path.join(dir, nitroProbe(i).file), nitroHandler(i, stamp));
      return stamp;
    },
    async served(base, turn, stamp) {
      const response = await fetch(base + nitroProbe((turn * 8) % handlers).url);
      return response.status === 200 && (await response.text()).includes(`"${stamp}"`);
    },
  },
};

const rows = [];
for (const name of values.only?.split(',') ?? ['gati', 'nitro']) {
  const peer = peers[name];
  const dir = freshFolder(`dev-${name}`);
  peer.make(dir);
  const first = [];
  let samples = [];
  // Three starts, the first without a cache. The edits run in the third.
  for (let start = 0; start < 3; start++) {
    const port = await freePort();
    const base = `http://127.0.0.1:${port}`;
    const started = performance.now();
    const child = spawn(
      process.execPath,
      [vite, '--host', '127.0.0.1', '--port', String(port), '--strictPort'],
      {
        cwd: dir,
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    const exited = new Promise((resolve) => child.once('exit', resolve));
    try {
      await until(async () => (await peer.first(base).catch(() => undefined))?.status === 200, {
        timeout: 120_000,
        every: 5,
      });
      first.push(performance.now() - started);
      if (name === 'gati')
        await until(() => fs.existsSync(path.join(dir, '.gati/openapi.json')), {
          timeout: 60_000,
          every: 50,
        });
      await sleep(2000); // lets work that follows the first response end
      if (start < 2) continue;
      for (let turn = 0; turn < edits; turn++) {
        await peer.served(base, turn, 'v0'); // loads the module once, as the page of a developer would
        await sleep(500); // lets work that follows the previous edit end
        const begun = performance.now();
        const stamp = peer.edit(dir, turn);
        await until(() => peer.served(base, turn, stamp), { timeout: 10_000 });
        samples.push(performance.now() - begun);
      }
      samples = samples.slice(Math.min(10, edits / 10));
    } finally {
      child.kill('SIGTERM');
      await exited;
    }
  }
  rows.push({
    server: name,
    handlers,
    'first response, cold ms': round(first[0], 0),
    'first response, warm ms': round(Math.min(first[1], first[2]), 0),
    'edit to served p50 ms': round(percentile(samples, 50), 1),
    'p95 ms': round(percentile(samples, 95), 1),
    'max ms': round(Math.max(...samples), 1),
  });
}
report('Development server', rows);
