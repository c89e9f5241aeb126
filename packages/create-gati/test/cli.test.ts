import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { beforeEach, expect, test } from 'vitest';

// A process of its own, by tsx since Node 20 runs no TypeScript: exit codes and the two output streams are what scripts rely on.
const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
const tsx = fileURLToPath(new URL('../../../node_modules/tsx/dist/cli.mjs', import.meta.url));

let cwd: string;
beforeEach(() => {
  cwd = temporaryFolder('create-cli');
});

const run = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [tsx, cli, ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, npm_config_user_agent: '' },
  });

test('makes an app without a question and says what to do next', () => {
  const { status, stdout } = run('shop', '--template', 'payments', '--yes', '--no-install');
  expect(status).toBe(0);
  expect(stdout).toContain('cd shop\n  npm install\n  npm run dev\n');
  expect(fs.existsSync(path.join(cwd, 'shop/src/handlers/payments/capture.ts'))).toBe(true);
});

test('one JSON document', () => {
  const { status, stdout } = run('shop', '--json', '--no-install', '--pm', 'pnpm');
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    name: 'shop',
    directory: fs.realpathSync(path.join(cwd, 'shop')),
    template: 'minimal',
    installed: false,
    packageManager: 'pnpm',
    next: ['cd shop', 'pnpm install', 'pnpm run dev'],
  });
});

test('a folder in the way is 1, with its code in JSON', () => {
  fs.mkdirSync(path.join(cwd, 'shop'));
  fs.writeFileSync(path.join(cwd, 'shop/file'), '');
  const { status, stdout, stderr } = run('shop', '--yes', '--json');
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'GATI_CREATE_NOT_EMPTY' } });
  expect(stderr).toContain('--force');
});

test.each([
  { args: ['--nonsense'], says: 'nonsense' },
  { args: ['shop', '--template', 'angular'], says: 'minimal, payments, vue' },
  { args: [], says: 'No name' },
])('wrong use is 2: $args', ({ args, says }) => {
  const { status, stdout, stderr } = run(...args);
  expect(status).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain(says);
  expect(fs.readdirSync(cwd)).toEqual([]);
});

test('help and version', () => {
  const help = run('--help');
  expect(help.status).toBe(0);
  expect(help.stdout).toContain('--template');
  expect(run('--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test('an installation that cannot start leaves the app and a way on', () => {
  const { status, stderr } = spawnSync(
    process.execPath,
    [tsx, cli, 'shop', '--yes', '--pm', 'yarn'],
    {
      cwd,
      encoding: 'utf8',
      env: { ...process.env, PATH: path.join(cwd, 'empty') },
    },
  );
  expect(status).toBe(1);
  expect(stderr).toContain('GATI_CREATE_INSTALL');
  expect(fs.existsSync(path.join(cwd, 'shop/package.json'))).toBe(true);
});
