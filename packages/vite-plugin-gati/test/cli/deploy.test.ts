import fs from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { expect, test } from 'vitest';
import { run } from '../../src/cli/commands/deploy.ts';

const call = (root: string, args: Record<string, string | boolean>): Promise<number> =>
  run({ args: { root, ...args }, rest: [], output: {} as never, onStop: () => {} });

test('an app without the package gati-deploy is an error that says how to install it', async () => {
  await expect(call(temporaryFolder('app'), {})).rejects.toThrow(/not installed[\s\S]*npm install/);
});

test('runs gati-deploy of the app with its options, and exits with its code', async () => {
  const app = temporaryFolder('app');
  const installed = path.join(app, 'node_modules/gati-deploy');
  fs.mkdirSync(installed, { recursive: true });
  const bin = { 'gati-deploy': './cli.cjs' };
  fs.writeFileSync(
    path.join(installed, 'package.json'),
    JSON.stringify({ name: 'gati-deploy', bin }),
  );
  const script =
    "require('fs').writeFileSync(__dirname + '/args', process.argv.slice(2).join(' ')); process.exit(3)";
  fs.writeFileSync(path.join(installed, 'cli.cjs'), script);
  expect(await call(app, { env: 'staging', json: true, 'dry-run': true })).toBe(3);
  const args = fs.readFileSync(path.join(installed, 'args'), 'utf8');
  expect(args).toBe(`deploy staging --root ${app} --json --dry-run`);
});
