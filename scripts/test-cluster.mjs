// `npm run test:cluster`: compiles the servers of Kubernetes once, builds the packages, and runs the
// tests of deploys, first without pods, then with pods. Not in `npm test`: the first run takes
// minutes. Arguments go to Vitest.
import { spawn } from 'node:child_process';
import { bin, buildPackages, ensureInstalled, needNode, root, say, step } from './lib/steps.mjs';

needNode();
await ensureInstalled();
await buildPackages();
const { register } = await import('tsx/esm/api');
register();
const { buildServers } = await import('../test/cluster/binaries.ts');
const missing = await step('the servers of Kubernetes', () => buildServers(say));
if (missing) say(`\n  !! NO CLUSTER: ${missing.reason}\n  !! Its tests will be SKIPPED.\n`);
const args = ['run', '--project=cluster', '--project=pods', ...process.argv.slice(2)];
const child = spawn(process.execPath, [bin('vitest/vitest.mjs'), ...args], {
  cwd: root,
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
