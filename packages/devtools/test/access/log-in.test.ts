import fs from 'node:fs';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { defineAction } from '../../src/actions/action.ts';
import { createHourlyLimit } from '../../src/access/hourly-limit.ts';
import { readOrigin } from '../../src/access/origin.ts';
import { READ } from '../../src/access/rule.ts';
import { createServerGate } from '../../src/access/server-gate.ts';
import { closedObject } from '../../src/http/check-input.ts';
import { createAttempts } from '../../src/access/store/attempts.ts';
import { openDatabase } from '../../src/access/store/database.ts';
import { openAccessStore } from '../../src/access/store/access-store.ts';
import { findStep } from '../../src/access/totp.ts';
import { type AccessServer, type Client, startAccessServer } from '../helpers/access-server.ts';
import { totpCode } from '../helpers/totp.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let server: AccessServer;
afterEach(() => server.close());

const actions = [
  defineAction({
    name: 'demo.look',
    summary: 'Does nothing.',
    schema: closedObject({}),
    role: 'operator',
    stepUp: false,
    run: () => Promise.resolve('done'),
  }),
  defineAction({
    name: 'demo.break',
    summary: 'Does nothing, and is dangerous.',
    schema: closedObject({}),
    role: 'operator',
    stepUp: true,
    run: () => Promise.resolve('done'),
  }),
];

interface Joined {
  client: Client;
  secret: string;
  codes: string[];
}

/** Makes an account by a link, with an authenticator app. */
async function join(link: string, name: string): Promise<Joined> {
  const client = server.client();
  const options = await client.post('access/join/totp/options', { link, name });
  const { secret } = options.body;
  const code = totpCode(secret, server.now());
  const joined = await client.post('access/join/totp', { link, name, code });
  expect([joined.status, joined.text]).toEqual([200, expect.stringContaining('recoveryCodes')]);
  return { client, secret, codes: joined.body.recoveryCodes };
}

const setUp = (name = 'Ada'): Promise<Joined> =>
  join(server.store.links.create('setup', 'owner'), name);

/** Invites a person by the owner. */
async function invite(owner: Client, role: string, name: string): Promise<Joined> {
  const { body } = await owner.post('access/invites/create', { role });
  return join(/#invite=(.+)$/.exec(body.url)![1]!, name);
}

const logIn = (client: Client, name: string, code: string): ReturnType<Client['post']> =>
  client.post('access/totp/log-in', { name, code });

describe('CVE-2018-19367 and CVE-2026-50160: the set-up', () => {
  test('makes an owner with a session, ten recovery codes and no passkey', async () => {
    server = await startAccessServer();
    const { client, codes } = await setUp();
    expect(new Set(codes).size).toBe(10);
    expect(codes[0]).toMatch(/^(?:[\da-z]{4}-){3}[\da-z]{4}$/);
    expect((await client.get('access/status')).body).toMatchObject({
      actor: { kind: 'person', name: 'Ada', role: 'owner' },
      canRead: true,
    });
    expect(client.cookie).toMatch(/^gati_panel_\d+=[\w-]{43}$/);
  });

  test('responds the same before and after the set-up to a client without a link', async () => {
    server = await startAccessServer();
    const stranger = server.client();
    const link = 'x'.repeat(43);
    const ask = async (): Promise<string[]> => {
      const answers = [
        await stranger.get('access/status'),
        await stranger.get('overview'),
        await stranger.post('access/join/open', { link }),
        await stranger.post('access/join/totp', { link, name: 'Eve', code: '000000' }),
        await stranger.post('access/join/passkey/options', { link, name: 'Eve' }),
        await stranger.post('access/totp/log-in', { name: 'Eve', code: '000000' }),
      ];
      return answers.map(({ status, text }) => `${status} ${text}`);
    };
    const before = await ask();
    await setUp();
    expect(await ask()).toEqual(before);
    expect(before.every((line) => /^(?:200|401|404) /.test(line))).toBe(true);
  });

  test('takes each link once, for 30 minutes, and the newest only', async () => {
    server = await startAccessServer();
    const { links } = server.store;
    const old = links.create('setup', 'owner');
    const link = links.create('setup', 'owner');
    const open = async (secret: string): Promise<number> =>
      (await server.client().post('access/join/open', { link: secret })).status;
    expect([await open(old), await open(link)]).toEqual([404, 200]);
    await join(link, 'Ada');
    expect(await open(link)).toBe(404);
    const late = links.create('setup', 'owner');
    server.wait(30 * MINUTE + 1);
    expect(await open(late)).toBe(404);
  });

  test('lets one of two browsers that race for a link win', async () => {
    server = await startAccessServer();
    const link = server.store.links.create('setup', 'owner');
    const options = await server.client().post('access/join/totp/options', { link, name: 'Ada' });
    const code = totpCode(options.body.secret, server.now());
    const answers = await Promise.all(
      ['Ada', 'Eve'].map((name) => server.client().post('access/join/totp', { link, name, code })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404]);
    expect(server.store.people.list()).toHaveLength(1);
  });

  test('accepts no property that it does not know, so none can set a role or a secret', async () => {
    server = await startAccessServer();
    const link = server.store.links.create('setup', 'owner');
    for (const extra of [{ role: 'owner' }, { secret: 'A' }, { id: 'x' }, { __proto__x: 1 }])
      expect((await server.client().post('access/join/open', { link, ...extra })).body.code).toBe(
        'invalid_input',
      );
  });
});

describe('TOTP', () => {
  /** RFC 6238, appendix B, cut to six digits; the secret is `12345678901234567890`. */
  test.each([
    [59, '287082'],
    [1111111109, '081804'],
    [1111111111, '050471'],
    [1234567890, '005924'],
    [2000000000, '279037'],
    [20000000000, '353130'],
  ])('accepts the code of RFC 6238 at second %i', async (seconds, code) => {
    server = await startAccessServer();
    const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
    expect(totpCode(secret, seconds * 1000)).toBe(code);
    const step = Math.floor(seconds / 30);
    for (const offset of [-30, 0, 30])
      expect(findStep(secret, code, (seconds + offset) * 1000)).toBe(step);
    for (const offset of [-61, 61])
      expect(findStep(secret, code, (seconds + offset) * 1000)).toBeUndefined();
  });

  test('accepts no code twice, and none before the last one', async () => {
    server = await startAccessServer();
    const { secret } = await setUp();
    const at = (milliseconds: number): string => totpCode(secret, server.now() + milliseconds);
    const used = at(0);
    expect((await logIn(server.client(), 'Ada', used)).status).toBe(401);
    server.wait(MINUTE);
    const [before, current] = [at(-30_000), at(0)];
    expect((await logIn(server.client(), 'Ada', current)).status).toBe(200);
    expect((await logIn(server.client(), 'Ada', current)).status).toBe(401);
    expect((await logIn(server.client(), 'Ada', before)).status).toBe(401);
    expect((await logIn(server.client(), 'ada', at(30_000))).status).toBe(200);
  });
});

describe('GHSA-2vgg-9h6w-m454 and GHSA-x32m-mvfj-52xv: wrong codes', () => {
  const fail = async (name: string): Promise<string> =>
    (await logIn(server.client(), name, '000000')).body.code;

  test('count by name, whether it exists or not, and pauses grow', async () => {
    server = await startAccessServer();
    await setUp();
    for (const name of ['Ada', 'Nobody']) {
      const codes = [];
      for (let count = 0; count < 7; count++) codes.push(await fail(name));
      expect(codes).toEqual([...Array(5).fill('wrong_proof'), 'too_many_tries', 'too_many_tries']);
      server.wait(31_000);
      expect([await fail(name), await fail(name)]).toEqual(['wrong_proof', 'too_many_tries']);
      server.wait(31_000);
      expect(await fail(name)).toBe('too_many_tries');
      server.wait(HOUR);
    }
  });

  test('stay counted through 20,000 other names, in a second process and in a new one', async () => {
    const file = `${temporaryFolder('access')}/access.db`;
    server = await startAccessServer({ file });
    await setUp();
    for (let count = 0; count < 5; count++) await fail('Ada');
    const { attempts, transaction } = server.store;
    transaction(() => {
      for (let count = 0; count < 20_000; count++) attempts.fail(`name other${count}`);
    });
    expect(await fail('Ada')).toBe('too_many_tries');
    const second = openAccessStore(file, server.now);
    expect(() => second.attempts.check('name ada', true)).toThrow(/Too many/);
    second.close();
    await server.close();
    server = await startAccessServer({ file });
    expect(await fail('Ada')).toBe('too_many_tries');
  });

  test('of strangers lock out neither recovery codes nor open sessions', async () => {
    server = await startAccessServer();
    const { client, secret, codes } = await setUp();
    for (let count = 0; count < 6; count++) await fail('ADA');
    server.wait(29_000);
    const code = totpCode(secret, server.now() + 30_000);
    expect((await logIn(server.client(), 'Ada', code)).status).toBe(429);
    expect((await client.post('access/step-up', { code })).status).toBe(200);
    const recovery = { name: 'Ada', code: codes[0] };
    expect((await server.client().post('access/recovery/log-in', recovery)).status).toBe(200);
  });

  test('of an open session count too', async () => {
    server = await startAccessServer();
    const { client } = await setUp();
    const results = [];
    for (let count = 0; count < 6; count++)
      results.push((await client.post('access/step-up', { code: '000000' })).status);
    expect(results).toEqual([401, 401, 401, 401, 401, 429]);
  });

  test('in a flood of other names lock out no person', async () => {
    server = await startAccessServer();
    const database = openDatabase(':memory:');
    const attempts = createAttempts(database, server.now, 3);
    for (const name of ['a', 'b', 'c']) attempts.fail(name);
    expect(() => attempts.check('d', false)).toThrow(/Too many/);
    expect(() => attempts.check('ada', true)).not.toThrow();
    for (let count = 0; count < 5; count++) attempts.fail('ada');
    expect(() => attempts.check('ada', true)).toThrow(/Too many/);
    database.close();
  });
});

describe('a session', () => {
  test('is stored as a hash, and its cookie is for this path and no script', async () => {
    server = await startAccessServer();
    const { secret } = await setUp();
    server.wait(MINUTE);
    const { headers } = await logIn(server.client(), 'Ada', totpCode(secret, server.now()));
    expect(headers['set-cookie']).toEqual([
      expect.stringMatching(
        /^gati_panel_\d+=[\w-]{43}; Path=\/_control; HttpOnly; SameSite=Strict$/,
      ),
    ]);
  });

  test('has a cookie of its host alone on HTTPS', async () => {
    server = await startAccessServer({ configured: 'https://shop.example' });
    const { client } = await setUp();
    expect(client.cookie).toMatch(/^__Host-gati_panel=[\w-]{43}$/);
  });

  test('ends after 30 minutes without a request, and after 12 hours in any case', async () => {
    server = await startAccessServer();
    const { client } = await setUp();
    const status = async (): Promise<number> => (await client.get('overview')).status;
    server.wait(30 * MINUTE - 1);
    expect(await status()).toBe(200);
    server.wait(30 * MINUTE + 1);
    expect(await status()).toBe(401);
    const again = (await setUp('Eve')).client;
    for (let count = 0; count < 36; count++) {
      expect((await again.get('overview')).status).toBe(200);
      server.wait(20 * MINUTE);
    }
    expect((await again.get('overview')).status).toBe(401);
  });

  test('is new after each proof of identity, and a second cookie of its name ends it', async () => {
    server = await startAccessServer({ actions });
    const { client, secret } = await setUp();
    const before = client.cookie;
    server.wait(6 * MINUTE);
    const act = (): ReturnType<Client['post']> =>
      client.post('actions/demo.break', { input: {}, reason: 'test' });
    expect((await act()).body.code).toBe('step_up_required');
    expect((await client.post('actions/demo.look', { input: {} })).status).toBe(200);
    const code = totpCode(secret, server.now());
    expect((await client.post('access/step-up', { code })).status).toBe(200);
    expect(client.cookie).not.toBe(before);
    expect((await act()).status).toBe(200);
    expect((await client.get('overview', { cookie: before })).status).toBe(401);
    const both = `${client.cookie}; ${client.cookie}`;
    expect((await client.get('overview', { cookie: both })).status).toBe(401);
    server.wait(5 * MINUTE + 1);
    expect((await act()).body.code).toBe('step_up_required');
  });

  test('is over on the server after the log-out', async () => {
    server = await startAccessServer();
    const { client } = await setUp();
    const { cookie } = client;
    const { headers } = await client.post('access/log-out', {});
    expect(headers['set-cookie']).toEqual([expect.stringMatching(/^gati_panel_\d+=;.*Max-Age=0$/)]);
    expect(headers['clear-site-data']).toBeUndefined();
    expect((await client.get('overview', { cookie })).status).toBe(401);
  });
});

describe('a recovery code', () => {
  test('logs in once, however it is typed', async () => {
    server = await startAccessServer();
    const { codes } = await setUp();
    const use = async (code: string, name = 'Ada'): Promise<number> =>
      (await server.client().post('access/recovery/log-in', { name, code })).status;
    expect(await use(codes[0]!.toUpperCase().replaceAll('-', ' '))).toBe(200);
    expect(await use(codes[0]!)).toBe(401);
    expect(await use(codes[1]!, 'Nobody')).toBe(401);
    expect(await use(codes[1]!)).toBe(200);
    expect(server.store.people.countRecoveryCodes(server.store.people.named('Ada')!.id)).toBe(8);
  });
});

describe('CVE-2026-71319: roles', () => {
  test('every address of access and every action refuses a stranger, and owners’ ones an operator', async () => {
    server = await startAccessServer({ actions });
    const { client: owner } = await setUp();
    const { client: operator } = await invite(owner, 'operator', 'Otto');
    const { client: viewer } = await invite(owner, 'viewer', 'Vera');
    const stranger = server.client();
    const act = async (client: Client): Promise<string> =>
      (await client.post('actions/demo.look', { input: {} })).body.code ?? 'done';
    expect(await Promise.all([stranger, viewer, operator, owner].map(act))).toEqual([
      'login_required',
      'role_required',
      'done',
      'done',
    ]);
    for (const path of ['people', 'audit', 'account', 'tokens'])
      expect((await stranger.get(`access/${path}`)).status).toBe(401);
    expect((await operator.get('access/people')).status).toBe(403);
    expect((await viewer.get('access/audit')).status).toBe(403);
    for (const [path, body] of [
      ['people/role', { id: 'x', role: 'owner' }],
      ['people/remove', { id: 'x' }],
      ['invites/create', { role: 'owner' }],
      ['invites/remove', { id: 'x' }],
    ] as const) {
      expect((await operator.post(`access/${path}`, body)).body.code).toBe('role_required');
      expect((await stranger.post(`access/${path}`, body)).body.code).toBe('login_required');
    }
    const refused = (await owner.get('access/audit')).body.items.find(
      ({ result }: { result: string }) => result === 'refused',
    );
    expect(refused).toMatchObject({
      action: 'demo.look',
      code: 'role_required',
      actor: { name: 'Vera' },
      address: '192.0.2.1',
    });
  });

  test('change at once, also for open sessions, and one owner stays', async () => {
    server = await startAccessServer();
    const { client: owner } = await setUp();
    const { client: operator } = await invite(owner, 'operator', 'Otto');
    const id = server.store.people.named('Otto')!.id;
    const own = server.store.people.named('Ada')!.id;
    await owner.post('access/people/role', { id, role: 'viewer' });
    expect((await operator.get('access/audit')).status).toBe(403);
    for (const [path, body] of [
      ['people/role', { id: own, role: 'viewer' }],
      ['people/remove', { id: own }],
    ] as const)
      expect((await owner.post(`access/${path}`, body)).body.code).toBe('last_owner');
    await owner.post('access/people/remove', { id });
    expect((await operator.get('overview')).status).toBe(401);
    expect((await owner.get('access/audit?limit=1')).body.items).toMatchObject([
      { action: 'access.remove-person', input: { id, name: 'Otto' }, actor: { name: 'Ada' } },
    ]);
  });
});

test('an invitation ends when an owner is removed or is no owner any more', async () => {
  server = await startAccessServer();
  const { client: owner } = await setUp();
  const { client: other } = await invite(owner, 'owner', 'Olga');
  const { id } = server.store.people.named('Olga')!;
  const open = async (): Promise<() => Promise<number>> => {
    const { body } = await other.post('access/invites/create', { role: 'owner' });
    const [, link] = /#invite=(.+)$/.exec(body.url)!;
    return async () => (await server.client().post('access/join/open', { link })).status;
  };
  const first = await open();
  await owner.post('access/people/role', { id, role: 'owner' });
  expect(await first()).toBe(200);
  await owner.post('access/people/role', { id, role: 'viewer' });
  expect(await first()).toBe(404);
  await owner.post('access/people/role', { id, role: 'owner' });
  const second = await open();
  await owner.post('access/people/remove', { id });
  expect(await second()).toBe(404);
});

describe('GHSA-9h6w-j7w4-jr52: a token', () => {
  test('that expires, or whose person changes role, ends its streams', async () => {
    server = await startAccessServer();
    const { client: owner } = await setUp();
    await invite(owner, 'operator', 'Otto');
    const { id: person } = server.store.people.named('Otto')!;
    const gate = createServerGate({
      store: server.store,
      origin: readOrigin(undefined, server.port),
      now: server.now,
    });
    const ends = async (end: () => void): Promise<boolean> => {
      const { people, tokens } = server.store;
      people.setRole(person, 'operator');
      const expires = server.now() + HOUR;
      const token = tokens.create({ person, name: 'CI', role: 'operator', expires });
      const headers = { host: `localhost:${server.port}`, authorization: `Bearer ${token}` };
      const actor = gate.authorize({ headers } as IncomingMessage, READ);
      let count = 0;
      vi.useFakeTimers();
      const stop = gate.watch(actor, () => count++);
      vi.advanceTimersByTime(5000);
      expect(count).toBe(0);
      end();
      vi.advanceTimersByTime(5000);
      stop();
      vi.useRealTimers();
      return count > 0;
    };
    expect(await ends(() => server.wait(HOUR))).toBe(true);
    expect(await ends(() => server.store.people.setRole(person, 'viewer'))).toBe(true);
    expect(await ends(() => server.store.people.remove(person))).toBe(true);
  });

  test('reads and acts by its role until it expires, needs no origin, and changes no access', async () => {
    server = await startAccessServer({ actions });
    const { client: owner } = await setUp();
    const create = async (role: string, days = 1): Promise<string> =>
      (await owner.post('access/tokens/create', { name: 'CI', role, days })).body.token;
    const token = await create('operator');
    expect(token).toMatch(/^gati_[\w-]{43}$/);
    const program = server.client();
    const headers = { authorization: `Bearer ${token}`, origin: undefined };
    const act = (name: string): ReturnType<Client['post']> =>
      program.post(`actions/${name}`, { input: {}, reason: 'CI' }, headers);
    expect((await act('demo.look')).status).toBe(200);
    expect((await act('demo.break')).body.code).toBe('step_up_required');
    expect(
      (await program.post('access/tokens/create', { name: 'x', role: 'viewer', days: 1 }, headers))
        .body.code,
    ).toBe('step_up_required');
    expect((await program.get(`overview?token=${token}`)).status).toBe(401);
    const { tokens } = (await owner.get('access/tokens')).body;
    expect(tokens).toMatchObject([{ name: 'CI', person: 'Ada', prefix: token.slice(0, 9) }]);
    expect(JSON.stringify(tokens)).not.toContain(token);
    server.wait(24 * HOUR);
    expect((await act('demo.look')).status).toBe(401);
  });

  test('has at most the role of its person, and ends with the person', async () => {
    server = await startAccessServer();
    const { client: owner } = await setUp();
    const { client: operator } = await invite(owner, 'operator', 'Otto');
    const create = (role: string): ReturnType<Client['post']> =>
      operator.post('access/tokens/create', { name: 'CI', role, days: 1 });
    expect((await create('owner')).body.code).toBe('role_required');
    const { token } = (await create('operator')).body;
    const read = async (path: string): Promise<number> =>
      (await server.client().get(path, { authorization: `Bearer ${token}` })).status;
    expect(await read('access/audit')).toBe(200);
    const { id } = server.store.people.named('Otto')!;
    await owner.post('access/people/role', { id, role: 'viewer' });
    expect([await read('access/audit'), await read('overview')]).toEqual([403, 200]);
    await owner.post('access/people/remove', { id });
    expect(await read('overview')).toBe(401);
  });
});

describe('CVE-2025-25198 and CVE-2026-44985: the host and the origin', () => {
  test.each(['evil.test', 'localhost', 'localhost:1', 'localhost.evil.test', '127.0.0.1'])(
    'a request for the host %s gets nothing without a configured origin',
    async (host) => {
      server = await startAccessServer();
      const { client } = await setUp();
      expect((await client.get('overview', { host })).body.code).toBe('foreign_host');
    },
  );

  test('on port 80 they are those that browsers send', () => {
    expect(readOrigin(undefined, 80)).toMatchObject({
      accepted: ['http://localhost', 'http://127.0.0.1', 'http://[::1]'],
      passkeys: ['http://localhost'],
      hosts: ['localhost', '127.0.0.1', '[::1]'],
    });
  });

  test('credentials for a proxy in front do not hide the session', async () => {
    server = await startAccessServer();
    const { client } = await setUp();
    const authorization = 'Basic eDp5';
    expect((await client.get('overview', { authorization })).status).toBe(200);
    const bearer = { authorization: 'Bearer wrong-token' };
    expect((await client.get('overview', bearer)).status).toBe(401);
  });

  test('a foreign or missing origin changes nothing, and no header makes it ours', async () => {
    server = await startAccessServer({ configured: 'https://shop.example' });
    const { client } = await setUp();
    for (const origin of [
      undefined,
      'null',
      '',
      'http://shop.example',
      'https://shop.example:444',
      'https://shop.example.',
      'https://SHOP.example',
      'https://evil.test',
    ])
      expect(
        (
          await client.post(
            'access/log-out',
            {},
            {
              origin,
              host: 'evil.test',
              'x-forwarded-host': 'evil.test',
            },
          )
        ).body.code,
      ).toBe('foreign_origin');
  });
});

test('no page may show the panel of a built server in a frame', async () => {
  const folder = temporaryFolder('panel');
  fs.writeFileSync(path.join(folder, 'index.html'), '<!doctype html><title>Panel</title>');
  server = await startAccessServer({ folder });
  const { headers } = await fetch(`${server.origin}/_control/`);
  expect(headers.get('content-type')).toContain('text/html');
  expect(headers.get('content-security-policy')).toMatch(/frame-ancestors 'none'$/);
});

test('CVE-2024-22424: no GET changes anything, and all that changes is noted', async () => {
  server = await startAccessServer();
  const { client } = await setUp();
  for (const path of ['access/log-out', 'access/invites/create', 'access/recovery/renew'])
    expect((await client.get(path)).status).toBe(404);
  await client.post('access/recovery/renew', {});
  const { items } = (await client.get('access/audit')).body;
  expect(items).toMatchObject([
    { action: 'access.renew-recovery-codes', result: 'done', actor: { name: 'Ada' } },
    { action: 'access.join', result: 'done', input: { name: 'Ada' }, actor: { name: 'Ada' } },
  ]);
  expect(() => server.store.transaction(() => server.store.audit.append(items[0]))).not.toThrow();
});

test('a flood of failed log-ins does not push out the audit log', async () => {
  server = await startAccessServer();
  const stranger = server.client();
  for (let count = 0; count < 260; count++)
    await stranger.post('access/passkey/log-in', { response: { id: `unknown${count}` } });
  const failed = server.store.audit
    .list({ limit: 500 })
    .items.filter(({ action, result }) => action === 'access.log-in' && result === 'failed');
  expect(failed).toHaveLength(200);
});

test('a flood of attempts by a person does not push out the audit log', async () => {
  server = await startAccessServer({ actions });
  const { client: owner } = await setUp();
  const { client: viewer } = await invite(owner, 'viewer', 'Vera');
  for (let count = 0; count < 210; count++)
    await viewer.post('actions/demo.look', { input: {}, reason: 'x' });
  const { items } = server.store.audit.list({ limit: 500 });
  expect(items.filter(({ result }) => result === 'refused')).toHaveLength(200);
  const create = (): ReturnType<Client['post']> =>
    viewer.post('access/tokens/create', { name: 'CI', role: 'viewer', days: 1 });
  for (let count = 0; count < 100; count++) expect((await create()).status).toBe(200);
  expect((await create()).body.code).toBe('too_many_tokens');
});

test('an hourly limit counts each key of an hour', () => {
  let time = 0;
  const isAllowed = createHourlyLimit(2, () => time);
  expect(['a', 'a', 'a', 'b'].map(isAllowed)).toEqual([true, true, false, true]);
  time = HOUR;
  expect(isAllowed('a')).toBe(true);
});

test('CVE-2026-34040: a stranger gets 401 before the body is read, however large it is', async () => {
  server = await startAccessServer({ actions });
  const body = JSON.stringify({ input: 'x'.repeat(1_000_000) });
  for (const path of ['actions/demo.look', 'access/invites/create', 'access/tokens/create'])
    expect((await server.client().post(path, body)).status).toBe(401);
});

test('CVE-2024-21662: the file of the accounts has no secret in the clear, and is for its user alone', async () => {
  const file = `${temporaryFolder('access')}/access.db`;
  server = await startAccessServer({ file });
  const { client, codes } = await setUp();
  const { token } = (
    await client.post('access/tokens/create', { name: 'CI', role: 'viewer', days: 1 })
  ).body;
  const { url } = (await client.post('access/invites/create', { role: 'viewer' })).body;
  const bytes = ['', '-wal'].map((suffix) => fs.readFileSync(file + suffix, 'latin1')).join('');
  for (const secret of [client.cookie.split('=')[1]!, token, url.split('=')[1], ...codes])
    expect(bytes.includes(secret)).toBe(false);
  expect(fs.statSync(file).mode & 0o777).toBe(0o600);
});

test('GHSA-c8xw-vjgf-94hr: an open stream ends within 5 seconds after the log-out', async () => {
  server = await startAccessServer();
  const { client } = await setUp();
  const response = await fetch(`http://127.0.0.1:${server.port}/_control/api/logs/tail`, {
    headers: { cookie: client.cookie, 'x-gati-client': '{"address":"192.0.2.1"}' },
  });
  expect(response.status).toBe(200);
  const started = Date.now();
  await client.post('access/log-out', {});
  const reader = response.body!.getReader();
  while (!(await reader.read()).done);
  expect(Date.now() - started).toBeLessThan(5000);
});

describe('CVE-2026-39363: an upgrade', () => {
  test('needs the own origin, or the token of a program, like a request that acts', async () => {
    server = await startAccessServer();
    const { client: owner } = await setUp();
    const { token } = (
      await owner.post('access/tokens/create', { name: 'CI', role: 'viewer', days: 1 })
    ).body;
    const origin = readOrigin(undefined, server.port);
    const gate = createServerGate({ store: server.store, origin, now: server.now });
    const upgrade = (headers: Record<string, string>): string => {
      const all = { host: `localhost:${server.port}`, upgrade: 'websocket', ...headers };
      try {
        return gate.authorize({ headers: all } as unknown as IncomingMessage, READ).name;
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    const { cookie } = owner;
    expect(upgrade({ cookie })).toBe('foreign_origin');
    for (const foreign of ['', 'null', 'file://', `http://localhost:${server.port + 1}`])
      expect(upgrade({ cookie, origin: foreign })).toBe('foreign_origin');
    expect(upgrade({ cookie, origin: server.origin })).toBe('Ada');
    expect(upgrade({ authorization: `Bearer ${token}` })).toBe('Ada: CI');
    expect(upgrade({ origin: server.origin })).toBe('login_required');
  });
});

test('CVE-2026-44883: credentials in an address, a name or a body are rejected', async () => {
  server = await startAccessServer({ actions });
  const { client: owner } = await setUp();
  const { token } = (
    await owner.post('access/tokens/create', { name: 'CI', role: 'operator', days: 1 })
  ).body;
  const [name, session] = owner.cookie.split('=') as [string, string];
  const stranger = server.client();
  for (const secret of [token, session])
    for (const parameter of ['token', 'access_token', 'authorization', 'session', name])
      expect((await stranger.get(`traces?${parameter}=${secret}`)).status).toBe(401);
  const noOrigin = { origin: undefined };
  const body = { input: {}, token, authorization: `Bearer ${token}` };
  expect((await stranger.post(`actions/demo.look?token=${token}`, body, noOrigin)).status).toBe(
    403,
  );
  const basic = `Basic ${btoa(`token:${token}`)}`;
  expect((await stranger.get('traces', { authorization: basic })).status).toBe(401);
  // The log and the audit log contain none of the credentials.
  const log = (await owner.get('access/audit')).text;
  expect([token, session].filter((secret) => log.includes(secret))).toEqual([]);
});
