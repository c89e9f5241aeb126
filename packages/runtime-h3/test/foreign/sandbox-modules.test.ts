import { once } from 'node:events';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { until } from '@gati/test-kit/wait';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeGrants } from '../../src/module-host/module-item.ts';
import { findProgram } from '../../src/module-host/process-bounds.ts';
import { startGuardian } from '../../src/module-host/guardian.ts';
import { sandboxCommand } from '../../src/module-host/sandbox.ts';
import { verifyModule } from '../../src/module-host/verify.ts';
import { createTextLogger } from '../../src/telemetry/log/text-logger.ts';
import type { ForeignDeclaration } from '../../src/types/foreign.ts';
import { type OpenedModules, openModules, type TestModule } from './helpers/open-modules.ts';

const MB = 1_048_576;
const source = `exec:${process.execPath} ./helpers/confined.mjs`;
const methods = {
  allocate: {},
  spawn: {},
  read: {},
  write: {},
  connect: {},
  cpus: {},
  processes: {},
};
const limits = { restart: 20, maxRestart: 100, failures: 1000, stop: 2000 };

const hasSandbox =
  spawnSync('bwrap', ['--unshare-all', '--ro-bind', '/', '/', 'true'], { stdio: 'ignore' })
    .status === 0;
if (!hasSandbox) console.log('Tests of the sandbox are skipped: bubblewrap does not work here.');
const hasLimits =
  ['prlimit', 'setpriv', 'taskset'].every((name) => findProgram(name) !== undefined) &&
  fs.existsSync(`/proc/${process.pid}/task/${process.pid}/children`);
if (!hasLimits)
  console.log('Tests of limits of processes are skipped: they need Linux and util-linux.');

let modules: OpenedModules;
beforeAll(() => {
  modules = openModules();
});
afterAll(() => modules.close());

async function open(name: string, more: Partial<ForeignDeclaration>): Promise<TestModule> {
  const declaration = { name, source, ...more, limits: { ...limits, ...more.limits } };
  await modules.host.add(declaration);
  return modules.open(declaration, methods);
}

const reasons = (name: string): unknown[] =>
  modules.log.filter((line) => line['module'] === name).map((line) => line['reason']);

test.runIf(hasLimits)('a process gets no more memory and CPUs than its limits', async () => {
  const module = await open('memory', { limits: { memory: 200 * MB, cpus: 1 } });
  expect(await module['cpus']!()).toBe(1);
  expect(await module['allocate']!({ bytes: 20 * MB })).toBe('done');
  expect(await module['allocate']!({ bytes: 2048 * MB })).toMatch(/allocation.failed/i);
  await module['allocate']!({ bytes: 400 * MB }).catch(() => undefined);
  const reason = `it used more than ${200 * MB} bytes of memory`;
  await until('the reason', () => reasons('memory').includes(reason));
});

test.runIf(hasLimits)(
  'a module that starts too many processes is ended and starts again',
  async () => {
    const module = await open('many', { limits: { processes: 8 } });
    await module['spawn']!({ count: 40 }).catch(() => undefined);
    await until('the reason', () => reasons('many').includes('it had more than 8 processes'));
    await until('a restart', () => modules.host.state('many')?.address !== undefined);
  },
);

test.runIf(hasSandbox)(
  'a sandbox shows only allowed files and network, and no other processes',
  async () => {
    const folder = temporaryFolder('sandbox');
    fs.writeFileSync(path.join(folder, 'secret'), '');
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const [secret, written] = ['secret', 'written'].map((name) => path.join(folder, name));

    const closed = await open('closed', { isolate: true });
    expect(await closed['read']!({ file: secret })).toBe('ENOENT');
    expect(await closed['read']!({ file: '/etc/passwd' })).toBe('ENOENT');
    expect(await closed['read']!({ file: './helpers/confined.mjs' })).toBe('done');
    expect(await closed['write']!({ file: './helpers/written' })).toBe('EROFS');
    expect(await closed['write']!({ file: '/usr/written' })).toBe('EROFS');
    expect(await closed['write']!({ file: '/written' })).toBe('EROFS');
    expect(await closed['write']!({ file: '/dev/shm/written' })).toBe('EROFS');
    expect(await closed['connect']!({ port })).toBe('ECONNREFUSED');
    expect(await closed['processes']!()).toBeLessThan(4);

    const allow = { read: [secret!], write: [folder], network: true };
    const allowed = await open('allowed', { isolate: true, allow });
    expect(await allowed['read']!({ file: secret })).toBe('done');
    expect(await allowed['write']!({ file: written })).toBe('done');
    expect(fs.existsSync(written!)).toBe(true);
    expect(await allowed['connect']!({ port })).toBe('done');
    server.close();
  },
);

test.runIf(hasSandbox)('processes in a sandbox can not outlive it', async () => {
  const module = await open('outlived', { isolate: true, limits: { processes: 4 } });
  const pid = modules.host.pid('outlived')!;
  await module['spawn']!({ count: 30 }).catch(() => undefined);
  await until('the reason', () => reasons('outlived').includes('it had more than 4 processes'));
  await until('a restart', () => modules.host.state('outlived')?.address !== undefined);
  expect(modules.host.pid('outlived')).not.toBe(pid);
  expect(await module['processes']!()).toBeLessThan(4);
});

test.runIf(hasSandbox)('a module in a sandbox gets SIGTERM before it ends', async () => {
  await open('ended', { isolate: true });
  await modules.host.remove('ended');
  const lines = modules.log.filter((line) => line['module'] === 'ended');
  expect(lines.map((line) => line['msg'])).toContain('it ends after SIGTERM');
});

test('a module without bubblewrap does not start in a sandbox', () => {
  const { PATH } = process.env;
  process.env['PATH'] = '';
  const options = { root: '/', sockets: '/', read: [], write: [], network: false };
  try {
    expect(() => sandboxCommand('m', ['x'], options)).toThrow('it needs bubblewrap');
  } finally {
    process.env['PATH'] = PATH;
  }
});

test('verify runs no isolated module outside of its sandbox', async () => {
  const folder = temporaryFolder('verify');
  const declaration = { name: 'm', source: 'exec:touch ran', isolate: true as const };
  const guardian = startGuardian();
  const options = { root: folder, logger: createTextLogger({ write: () => {} }), guardian };
  const checks = await verifyModule(declaration, options);
  guardian.close();
  expect(checks.map(({ ok }) => ok)).toEqual([true, false]);
  expect(fs.existsSync(path.join(folder, 'ran'))).toBe(false);
});

test('the grants of a sandbox are those that the app allows', () => {
  const declaration = { name: 'm', source: 'exec:./m', isolate: true as const };
  expect(describeGrants(declaration).grants).toEqual({ network: false, env: [], files: false });
  expect(describeGrants({ ...declaration, allow: { network: true } }).grants).toMatchObject({
    network: true,
  });
});
