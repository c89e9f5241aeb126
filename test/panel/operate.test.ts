import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyApp } from '@gati/test-kit/apps';
import { runOrThrow, stopProcesses } from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
import { call, type ServerProcess, startBuiltServer } from '@gati/test-kit/servers';
import { eventually } from '@gati/test-kit/wait';
import type { ActionInfo } from '../../packages/devtools/src/api/access.ts';
import { type Owner, type PanelResponse, type Person, setUpOwner } from './helpers/owner.ts';

const ENV = {
  ...process.env,
  GATI_PANEL: 'on',
  GATI_WORKERS: '2',
  GATI_DRAIN: '1000',
  GATI_LOG_LEVEL: 'info',
};

let app: string;
let server: ServerProcess;
let owner: Owner;
const traffic = { isOn: false, failed: 0 };
let load: Promise<void>;

beforeAll(async () => {
  app = copyApp('playground/payments');
  const vite = path.join(root, 'node_modules/vite/bin/vite.js');
  await runOrThrow(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: app });
  server = await startBuiltServer(app, ENV);
  owner = await setUpOwner(server);
  traffic.isOn = true;
  load = sendLoad();
});
afterAll(async () => {
  traffic.isOn = false;
  await load;
  await stopProcesses();
});

/** Modest traffic during all changes: no request may fail. */
async function sendLoad(): Promise<void> {
  for (let count = 0; traffic.isOn; count++) {
    const { status } = await capture(`load-${count}`).catch(() => ({ status: 0 }));
    if (status !== 202) traffic.failed++;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const capture = (id: string): ReturnType<typeof call> =>
  call(`${server.url}/payments/${id}/capture`, { method: 'POST', body: { amount: 50 } });
/** Runs `node dist/server/index.mjs …`. */
const command = async (token: string, ...words: string[]): Promise<unknown> => {
  const entry = path.join(app, 'dist/server/index.mjs');
  const { stdout } = await runOrThrow(process.execPath, [entry, ...words, '--json'], {
    cwd: app,
    env: { ...ENV, GATI_TOKEN: token, PORT: new URL(server.url).port },
  });
  return JSON.parse(stdout);
};
const scaling = async (): Promise<{
  workers: { wanted: number; ready: number; draining: number; change?: { state: string } };
  processes: { kind: string; pid: number }[];
}> => (await owner.get('scaling')).body;
const pids = async (): Promise<number[]> =>
  (await scaling()).processes.filter(({ kind }) => kind === 'http').map(({ pid }) => pid);
/** Waits until the last change has ended, and no old worker is left. */
const settled = (count: number): Promise<void> =>
  eventually(async () => {
    const { workers } = await scaling();
    expect(workers).toMatchObject({
      wanted: count,
      ready: count,
      starting: 0,
      draining: 0,
      change: { state: 'done' },
    });
    expect(await pids()).toHaveLength(count);
  });

describe('the workers of a built server under load', () => {
  test('grow and shrink without a failed request', async () => {
    expect((await scaling()).workers).toMatchObject({ wanted: 2, ready: 2, initial: 2 });
    expect((await owner.act('scaling.scale', { workers: 3 })).status).toBe(200);
    await settled(3);
    expect((await owner.act('scaling.scale', { workers: 1 }, 'the night')).status).toBe(200);
    await settled(1);
    expect((await owner.act('scaling.scale', { workers: 1000 })).body).toMatchObject({
      code: 'GATI_OPERATE',
    });
    const token = await owner.createToken();
    expect(await command(token, 'scale', '2')).toMatchObject({ initial: 2 });
    await settled(2);
    expect(await command(token, 'scale')).toMatchObject({ wanted: 2, ready: 2 });
  });

  test('are replaced one by one, all together, and with a module', async () => {
    const [first, second] = await pids();
    expect((await owner.act('scaling.restart', { pid: first })).status).toBe(200);
    await settled(2);
    const after = await pids();
    expect([after.includes(first!), after.includes(second!)]).toEqual([false, true]);
    expect((await owner.act('scaling.restart', { pid: 1 })).status).toBe(409);
    for (const [name, input] of [
      ['scaling.restart', {}],
      ['modules.restart', { name: 'ledger' }],
    ] as const) {
      const before = await pids();
      expect((await owner.act(name, input)).status).toBe(200);
      await settled(2);
      expect((await pids()).filter((pid) => before.includes(pid))).toEqual([]);
    }
  });
});

describe('the settings of a running server', () => {
  const change = (value: string | null, name = 'GATI_LOG_REQUESTS') =>
    owner.act('config.set', { changes: [{ name, value }] }, 'test');
  const isLogged = async (id: string): Promise<boolean> => {
    await capture(id);
    // The line of a later request shows that the earlier one was written or left out.
    await new Promise((resolve) => setTimeout(resolve, 300));
    return server.stdout.includes(`/payments/${id}/capture`);
  };

  test('apply in all workers, also in new ones, and after a restart of the server', async () => {
    expect(await isLogged('shown-1')).toBe(true);
    expect((await change('off')).status).toBe(200);
    await eventually(async () => expect(await isLogged(`hidden-${Date.now()}`)).toBe(false));
    await owner.act('scaling.restart', {});
    await settled(2);
    for (let count = 0; count < 4; count++) expect(await isLogged(`hidden-2-${count}`)).toBe(false);
    const { port } = new URL(server.url);
    traffic.isOn = false;
    await load;
    await server.stop();
    server = await startBuiltServer(app, { ...ENV, PORT: port });
    await server.waitForOutput(/"msg":"panel"/);
    await eventually(async () => expect(await isLogged(`hidden-${Date.now()}`)).toBe(false));
    traffic.isOn = true;
    load = sendLoad();
    const { settings } = (await owner.get('config')).body;
    expect(settings).toContainEqual(
      expect.objectContaining({
        name: 'GATI_LOG_REQUESTS',
        value: 'off',
        source: 'panel',
        changed: expect.objectContaining({ by: 'Ada', reason: 'test', initial: 'on' }),
      }),
    );
    expect((await change(null)).status).toBe(200);
    await eventually(async () => expect(await isLogged(`shown-${Date.now()}`)).toBe(true));
  });

  test('change by a command with a token, which the audit log names', async () => {
    const token = await owner.createToken();
    const result = await command(token, 'config', 'set', 'GATI_LOG_LEVEL=debug', '--reason=look');
    expect(result).toEqual({
      changes: [{ name: 'GATI_LOG_LEVEL', before: 'info', after: 'debug' }],
    });
    await call(`${server.url}/payments/p/capture`, { method: 'POST', body: { amount: 'many' } });
    await server.waitForOutput(/"level":"debug"/);
    const { items } = (await owner.get('access/audit')).body;
    expect(items[0]).toMatchObject({
      action: 'config.set',
      result: 'done',
      reason: 'look',
      actor: { kind: 'token', name: 'Ada: test' },
    });
    await change(null, 'GATI_LOG_LEVEL');
  });
});

test('a paused effect waits in all processes and through a restart, and then runs', async () => {
  const jobs = async (): Promise<Record<string, number>> =>
    (await owner.get('effects')).body.effects.find(
      ({ name }: { name: string }) => name === 'capturePayment',
    ).counts;
  expect((await owner.act('effects.pause', { effect: 'capturePayment' }, 'bank')).status).toBe(200);
  await eventually(async () => expect((await jobs())['waiting']).toBeGreaterThan(3));
  await owner.act('scaling.restart', {});
  await settled(2);
  const { waiting = 0 } = await jobs();
  await eventually(async () => expect((await jobs())['waiting']).toBeGreaterThan(waiting));
  expect((await owner.act('effects.resume', { effect: 'capturePayment' })).status).toBe(200);
  await eventually(async () => expect((await jobs())['waiting']).toBeLessThan(3));
});

describe('a person with the role operator', () => {
  let operator: Person;
  let actions: ActionInfo[];
  beforeAll(async () => {
    operator = await owner.invite('operator', 'Otto');
    actions = (await operator.get('actions')).body.actions;
  });
  const codeOf = ({ status, body }: PanelResponse): string => `${status} ${body.code ?? ''}`.trim();

  test('reads each page and the audit log, but not the list of people', async () => {
    for (const page of ['overview', 'health', 'routes', 'releases', 'effects', 'config', 'scaling'])
      expect(`${page} ${codeOf(await operator.get(page))}`).toBe(`${page} 200`);
    expect((await operator.get('access/audit')).body.items.length).toBeGreaterThan(0);
    expect(codeOf(await operator.get('access/people'))).toBe('403 role_required');
  });

  test('may run each action: none is rejected by its role', async () => {
    expect(actions.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['config.set', 'scaling.scale', 'effects.redrive', 'errors.mute']),
    );
    for (const { name, role } of actions) {
      expect(role).toBe('operator');
      // An action without this property checks it after the rights.
      const { status, body } = await operator.act(name, { none: true }, 'a test');
      expect(`${name} ${status} ${body.code}`).toBe(`${name} 400 invalid_input`);
    }
    const pause = { effect: 'capturePayment' };
    expect(codeOf(await operator.act('effects.pause', pause, 'a test'))).toBe('200');
    expect(codeOf(await operator.act('effects.resume', pause))).toBe('200');
    const [last] = (await operator.get('access/audit?limit=1')).body.items;
    expect(last).toMatchObject({ action: 'effects.resume', actor: { name: 'Otto' } });
  });

  test('changes neither people nor invitations, and makes no token with more rights', async () => {
    for (const [subpath, body] of [
      ['people/role', { id: 'x', role: 'owner' }],
      ['people/remove', { id: 'x' }],
      ['invites/create', { role: 'viewer' }],
      ['invites/remove', { id: 'x' }],
      ['tokens/create', { name: 'more', role: 'owner', days: 1 }],
    ] as const)
      expect(`${subpath} ${codeOf(await operator.post(`access/${subpath}`, body))}`).toBe(
        `${subpath} 403 role_required`,
      );
    expect(await operator.createToken()).toMatch(/^\w+/);
  });

  test('can run actions that reject a viewer', async () => {
    const viewer = await owner.invite('viewer', 'Vera');
    for (const { name } of actions)
      expect(`${name} ${codeOf(await viewer.act(name, { none: true }, 'a test'))}`).toBe(
        `${name} 403 role_required`,
      );
    expect(codeOf(await viewer.get('access/audit'))).toBe('403 role_required');
  });
});

test('no request failed during the changes', () => expect(traffic.failed).toBe(0));

test('the accounts and the settings are readable by the user of the server alone', () => {
  expect(fs.statSync(path.join(app, '.gati/access.db')).mode & 0o777).toBe(0o600);
});
