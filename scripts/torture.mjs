// `npm run torture -- [scale] [arguments of Vitest]`: kills producers and workers of every queue at each
// step. The scale multiplies the jobs of `npm test`; 20 by default.
import { spawn } from 'node:child_process';
import { bin, ensureInstalled, needNode, root } from './lib/steps.mjs';

needNode();
await ensureInstalled();
const [first, ...rest] = process.argv.slice(2);
const isScale = Number(first) > 0;
const more = isScale || first === undefined ? rest : [first, ...rest];
const child = spawn(
  process.execPath,
  [bin('vitest/vitest.mjs'), 'run', '--project', 'runtime-h3', 'test/effects/torture/', ...more],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, GATI_TORTURE: isScale ? first : '20' },
  },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
