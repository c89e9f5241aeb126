// `npm test`: installs, finds or installs a browser and servers, builds the packages, and runs the
// test projects. Arguments go to Vitest. Without a `--project`, the tests of packed packages are left
// to `npm run test:packed`: they install apps from a registry on loopback, which takes minutes. Those
// of exported telemetry are left to `npm run test:telemetry`: they compile the OpenTelemetry Collector
// and Loki.
import { spawn } from 'node:child_process';
import { ensureChromium } from './lib/chromium.mjs';
import { PROJECTS, projectFlags } from './lib/projects.mjs';
import { ensureServers } from './lib/servers.mjs';
import { bin, buildPackages, ensureInstalled, needNode, root, say } from './lib/steps.mjs';

needNode();
await ensureInstalled();
const chromium = ensureChromium();
if (!chromium) {
  say(`
  !! No Chromium: the browser tests will be SKIPPED.
  !! Install one (Debian, Ubuntu: apt-get install chromium), or set CHROME_PATH to its executable.
`);
}
for (const { what, package: name } of ensureServers()) {
  say(`
  !! No ${what}: the tests that need it will be SKIPPED.
  !! Install it (Debian, Ubuntu: apt-get install ${name}).
`);
}
await buildPackages();

const given = process.argv.slice(2);
const projects = given.some((text) => text.startsWith('--project')) ? [] : projectFlags(PROJECTS);
const child = spawn(process.execPath, [bin('vitest/vitest.mjs'), 'run', ...projects, ...given], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, ...(chromium ? { CHROME_PATH: chromium } : {}) },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
