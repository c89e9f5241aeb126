import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { beforeEach, expect, test } from 'vitest';

// Runs the CLI as a process, because scripts rely on its exit codes and output streams. Node 20
// does not run TypeScript, hence tsx.
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

test('creates an app without questions and prints the next commands', () => {
  const { status, stdout } = run('shop', '--template', 'payments', '--yes', '--no-install');
  expect(status).toBe(0);
  expect(stdout).toContain('cd shop\n  npm install\n  npm run dev\n');
  expect(fs.existsSync(path.join(cwd, 'shop/src/handlers/payments/capture.ts'))).toBe(true);
});

test('prints one JSON document with --json', () => {
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

test('exits with 1 and prints the code as JSON when the folder has files', () => {
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
  { args: [], says: 'The name of the app is missing' },
])('exits with 2 and writes nothing for the wrong arguments $args', ({ args, says }) => {
  const { status, stdout, stderr } = run(...args);
  expect(status).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain(says);
  expect(fs.readdirSync(cwd)).toEqual([]);
});

test('prints its help and its version', () => {
  const help = run('--help');
  expect(help.status).toBe(0);
  expect(help.stdout).toContain('--template');
  expect(run('--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test('keeps the app and exits with 1 when the package manager is not installed', () => {
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
