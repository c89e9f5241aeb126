import fs from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { permissionFlags } from '../../src/module-host/permission-flags.ts';
import { openModules, type OpenedModules, type TestModule } from './helpers/open-modules.ts';

/** A package as the build prepares it. */
const CODE = `
import fs from 'node:fs';
import { execSync } from 'node:child_process';
export default {
  setup: async () => ({
    double: async ({ n }) => ({ n: n * 2 }),
    env: () => Object.keys(process.env),
    read: (file) => fs.readFileSync(file, 'utf8'),
    write: (file) => fs.writeFileSync(file, 'x'),
    spawn: () => execSync('true'),
    reject: () => Promise.reject(Object.assign(new Error('no'), { status: 409, code: 'taken' })),
  }),
};`;
const METHODS = { double: {}, env: {}, read: {}, write: {}, spawn: {}, reject: {} };

let modules: OpenedModules;
let module: TestModule;
let allowed: string;
beforeAll(async () => {
  const folder = temporaryFolder('npm');
  allowed = path.join(temporaryFolder('allowed'), 'note');
  fs.writeFileSync(allowed, 'hello');
  fs.writeFileSync(path.join(folder, 'index.mjs'), CODE);
  const descriptor = { name: 'store', version: '1.0.0', protocol: 1, methods: METHODS };
  fs.writeFileSync(path.join(folder, 'descriptor.json'), JSON.stringify(descriptor));
  modules = openModules({ STORE_KEY: 'k', OTHER: 'o' });
  const declaration = {
    name: 'store',
    source: 'npm:@acme/store',
    run: `npm:./${path.relative(import.meta.dirname, folder)}`,
    isolate: true as const,
    env: ['STORE_KEY'],
    allow: { read: [path.dirname(allowed)] },
  };
  await modules.host.add(declaration);
  module = await modules.open(declaration, METHODS);
});
afterAll(() => modules.close());

test('a package in a separate process gets only its granted variables', async () => {
  expect(await module['double']!({ n: 4 })).toEqual({ n: 8 });
  const env = (await module['env']!()) as string[];
  expect(env).toContain('STORE_KEY');
  expect(env).not.toContain('OTHER');
  await expect(module['reject']!()).rejects.toMatchObject({ status: 409, code: 'taken' });
});

test('an isolated package reads only allowed folders, writes nothing and starts no process', async () => {
  expect(await module['read']!(allowed)).toBe('hello');
  const failed = { status: 502, code: 'GATI_MODULE_FAILED' };
  await expect(module['read']!('/etc/hosts')).rejects.toMatchObject(failed);
  await expect(module['write']!(allowed)).rejects.toMatchObject(failed);
  await expect(module['spawn']!()).rejects.toMatchObject(failed);
  expect(JSON.stringify(modules.log)).toContain('Access to this API has been restricted');
  expect(
    await modules.host.list([{ name: 'store', source: 'npm:@acme/store', isolate: true }]),
  ).toMatchObject([{ level: 'L1', health: 'ok', source: 'npm:@acme/store' }]);
});

test('the flags of the permission model follow the version of Node', () => {
  const permissions = { read: ['/a', '/b'], write: ['/b'] };
  expect(permissionFlags('20.19.0', permissions)).toEqual([
    '--experimental-permission',
    '--no-warnings',
    '--allow-fs-read=/a',
    '--allow-fs-read=/b',
    '--allow-fs-write=/b',
  ]);
  expect(permissionFlags('22.13.0', permissions)[0]).toBe('--permission');
  expect(permissionFlags('25.0.0', permissions)).toContain('--allow-net');
});
