// Time of `vite build` for many handlers, beside Nitro 3 in the same run:
// `npm run build -- [--handlers 1000] [--only gati,nitro] [--json]`
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { freshFolder, gatiApp, nitroApp } from './lib/app.mjs';
import { report, round } from './lib/measure.mjs';

const { values } = parseArgs({
  options: {
    handlers: { type: 'string', default: '1000' },
    json: { type: 'boolean' },
    only: { type: 'string' },
  },
});
const count = Number(values.handlers);
const vite = path.join(
  path.dirname(createRequire(import.meta.url).resolve('vite/package.json')),
  'bin/vite.js',
);
const apps = { gati: gatiApp, nitro: nitroApp };

const rows = [];
for (const name of values.only?.split(',') ?? Object.keys(apps)) {
  const dir = freshFolder(`build-${name}`);
  apps[name](dir, count);
  const times = [];
  for (let turn = 0; turn < 2; turn++) {
    const started = performance.now();
    const { status } = spawnSync(process.execPath, [vite, 'build'], {
      cwd: dir,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (status !== 0) throw new Error(`${name}: vite build exited with ${status}`);
    times.push((performance.now() - started) / 1000);
  }
  rows.push({ app: name, handlers: count, 'first s': round(times[0]), 'again s': round(times[1]) });
}
report('vite build', rows);
