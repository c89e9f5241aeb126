// `npm run cluster`: starts the Kubernetes of the tests, with pods and a registry, until Ctrl-C. Tests
// of the project `pods` use it when GATI_TEST_PODS names the printed file.
import fs from 'node:fs';
import path from 'node:path';
import { ensureInstalled, fail, needNode, root, say, step } from './lib/steps.mjs';

needNode();
await ensureInstalled();
const { register } = await import('tsx/esm/api');
register();
const { buildServers } = await import('../test/cluster/binaries.ts');
const { startPods } = await import('../test/pods/setup.ts');
const missing = await step('the servers of Kubernetes', () => buildServers(say));
if (missing) fail(missing.reason);
const running = await step('start the cluster', startPods);
if ('reason' in running) fail(running.reason);
const file = path.join(root, '.cache/pods.json');
fs.mkdirSync(path.dirname(file), { recursive: true });
fs.writeFileSync(file, JSON.stringify(running.environment));
say(`\nexport GATI_TEST_PODS=${file} KUBECONFIG=${running.environment.kubeconfig}`);
const alive = setInterval(() => {}, 60_000);
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, async () => {
    clearInterval(alive);
    await running.stop();
    fs.rmSync(file, { force: true });
    process.exit(0);
  });
