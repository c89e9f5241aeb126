import fs from 'node:fs';
import { request, type RequestOptions } from 'node:http';
import { createServer } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { listen } from '@gati/test-kit/ports';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGuardian } from '../../src/module-host/guardian.ts';
import { startModule } from '../../src/module-host/module-process.ts';
import { permissionFlags } from '../../src/module-host/permission-flags.ts';
import { createJsonLogger } from '../../src/telemetry/log/logger.ts';
import { type ForeignDeclaration, MODULE_LIMITS } from '../../src/types/foreign.ts';
import { openModules, type OpenedModules, type TestModule } from './helpers/open-modules.ts';

const RUNNER = path.resolve(import.meta.dirname, '../../dist/programs/npm-runner.mjs');
const COVERS_NETWORK = Number.parseInt(process.versions.node, 10) >= 25;

/** A package as the build prepares it. */
const CODE = `
import fs from 'node:fs';
import { execSync } from 'node:child_process';
import { connect } from 'node:net';
export default {
  setup: async () => ({
    double: async ({ n }) => ({ n: n * 2 }),
    env: () => Object.keys(process.env),
    read: (file) => fs.readFileSync(file, 'utf8'),
    write: (file) => fs.writeFileSync(file, 'x'),
    spawn: () => execSync('true'),
    connect: (port) =>
      new Promise((resolve, reject) => {
        const socket = connect(port, '127.0.0.1', () => resolve(socket.end() && 'connected'));
        socket.on('error', reject);
      }),
    send: () => typeof process.send,
    sendAnyway: () => process._send({}),
    reject: () => Promise.reject(Object.assign(new Error('no'), { status: 409, code: 'taken' })),
  }),
};`;
const METHODS = {
  double: {},
  env: {},
  read: {},
  write: {},
  spawn: {},
  connect: {},
  send: {},
  sendAnyway: {},
  reject: {},
};

let modules: OpenedModules;
let module: TestModule;
let allowed: string;
let folder: string;
let declaration: ForeignDeclaration;
beforeAll(async () => {
  folder = temporaryFolder('npm');
  allowed = path.join(temporaryFolder('allowed'), 'note');
  fs.writeFileSync(allowed, 'hello');
  fs.writeFileSync(path.join(folder, 'index.mjs'), CODE);
  const descriptor = { name: 'store', version: '1.0.0', protocol: 1, methods: METHODS };
  fs.writeFileSync(path.join(folder, 'descriptor.json'), JSON.stringify(descriptor));
  modules = openModules({ STORE_KEY: 'k', OTHER: 'o' });
  declaration = {
    name: 'store',
    source: 'npm:@acme/store',
    run: `npm:./${path.relative(import.meta.dirname, folder)}`,
    isolate: true,
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

// Node 25 is the first whose permission model covers connections.
test.skipIf(!COVERS_NETWORK)(
  'an isolated package opens no connection without allow.network (Node 25 and later)',
  async () => {
    const server = createServer((socket) => socket.end());
    const port = await listen(server);
    await expect(module['connect']!(port)).rejects.toMatchObject({ code: 'GATI_MODULE_FAILED' });
    const allowing = { ...declaration, name: 'open', allow: { network: true } };
    await modules.host.add(allowing);
    const open = await modules.open(allowing, METHODS);
    expect(await open['connect']!(port)).toBe('connected');
    server.close();
  },
);

test('a process that may not listen gets several connections of its socket at once', async () => {
  const guardian = startGuardian();
  const started = await startModule({
    name: 'store',
    command: () => [process.execPath, RUNNER, folder, '1000'],
    cwd: folder,
    env: {},
    limits: MODULE_LIMITS,
    guardian,
    logger: createJsonLogger({ level: 'error', write: () => {} }),
    listensForModule: true,
  });
  const call = (method: string, input: unknown): Promise<string> =>
    new Promise((resolve, reject) => {
      const target = { ...started.endpoint, method: 'POST', path: `/call/${method}`, agent: false };
      const sent = request(target as RequestOptions);
      sent.on('response', (response) => resolve(text(response)));
      sent.on('error', reject);
      sent.end(JSON.stringify(input));
    });
  const results = await Promise.all([1, 2, 3].map((n) => call('double', { n })));
  expect(results).toEqual(['{"n":2}', '{"n":4}', '{"n":6}']);
  // A package can't fill the memory of the supervisor through the channel.
  expect(await call('send', null)).toBe('"undefined"');
  call('sendAnyway', null).catch(() => {});
  expect(await started.exited).toBe('it sent a message over the channel of its connections');
  await expect(call('double', { n: 4 })).rejects.toThrow();
  guardian.close();
});

test('the flags of the permission model follow the version of Node', () => {
  const permissions = { read: ['/a', '/b'], write: ['/b'], network: true };
  expect(permissionFlags('20.19.0', permissions)).toEqual([
    '--experimental-permission',
    '--no-warnings',
    '--allow-fs-read=/a',
    '--allow-fs-read=/b',
    '--allow-fs-write=/b',
  ]);
  expect(permissionFlags('22.13.0', permissions)[0]).toBe('--permission');
  expect(permissionFlags('25.0.0', permissions)).toContain('--allow-net');
  const alone = { ...permissions, network: false };
  expect(permissionFlags('25.0.0', alone)).not.toContain('--allow-net');
});
