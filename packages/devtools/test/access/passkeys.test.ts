import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPasskeyProofs } from '../../src/access/passkeys.ts';
import { readOrigin } from '../../src/access/origin.ts';
import {
  type AccessServer,
  type Answer,
  type Client,
  startAccessServer,
} from '../helpers/access-server.ts';
import { Authenticator, type Faults } from '../helpers/authenticator.ts';

let server: AccessServer;
let owner: Client;
let device: Authenticator;

beforeEach(async () => {
  server = await startAccessServer();
  device = new Authenticator(server.origin, 'localhost');
  owner = (await join('Ada', device)).client;
});
afterEach(() => server.close());

async function join(
  name: string,
  by: Authenticator,
  faults: Faults = {},
): Promise<{ client: Client; answer: Answer }> {
  const link = server.store.links.create('setup', 'owner');
  const client = server.client();
  const { body } = await client.post('access/join/passkey/options', { link, name });
  const response = by.create(body, faults);
  return { client, answer: await client.post('access/join/passkey', { link, name, response }) };
}

const challenge = async (client: Client): Promise<{ challenge: string }> =>
  (await client.post('access/passkey/challenge', {})).body;

async function logIn(faults: Faults = {}, client = server.client()): Promise<Answer> {
  const response = device.get(await challenge(client), faults);
  return client.post('access/passkey/log-in', { response });
}

/** All that a wrong log-in must not change. */
const state = (): unknown => {
  const [person] = server.store.people.list();
  return [server.store.passkeys.of(person!.id), server.store.sessions.of(person!.id).length];
};

test('a passkey that was made at the set-up logs in, and its use is counted', async () => {
  expect((await owner.get('access/account')).body).toMatchObject({
    passkeys: [{ name: 'Passkey', used: null }],
    hasTotp: false,
    recoveryCodes: 10,
  });
  const client = server.client();
  expect((await logIn({}, client)).status).toBe(200);
  expect((await client.get('access/status')).body.actor).toMatchObject({ name: 'Ada' });
  const { id } = server.store.people.named('Ada')!;
  expect(server.store.passkeys.of(id)).toMatchObject([{ counter: 2, used: server.now() }]);
});

describe('CVE-2026-134320 and GitLab 585333: a log-in with one wrong part gets 401 and changes nothing', () => {
  test.each<[string, Faults]>([
    ['no user verification', { flags: 1 }],
    ['no user at all', { flags: 4 }],
    ['another origin', { origin: 'https://evil.test' }],
    ['another port of localhost', { origin: 'http://localhost:1' }],
    ['the IP address', { origin: 'http://127.0.0.1' }],
    ['another relying party', { rpId: 'evil.test' }],
    ['another type', { type: 'webauthn.create' }],
    ['another challenge', { challenge: Buffer.alloc(54).toString('base64url') }],
    ['a broken signature', { breaksSignature: true }],
    ['a counter that went back', { counter: 1 }],
    ['the id of another passkey', { id: Buffer.alloc(32).toString('base64url') }],
    ['another raw id', { rawId: Buffer.alloc(32).toString('base64url') }],
    ['another user', { userHandle: Buffer.alloc(16).toString('base64url') }],
  ])('%s', async (_name, faults) => {
    const before = state();
    const answer = await logIn(faults);
    expect([answer.status, answer.body.code]).toEqual([401, 'wrong_proof']);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(state()).toEqual(before);
  });

  test.each<[string, Faults]>([
    ['no user verification', { flags: 1 | 64 }],
    ['another origin', { origin: 'https://evil.test' }],
    ['another relying party', { rpId: 'evil.test' }],
    ['another type', { type: 'webauthn.get' }],
    ['another raw id', { rawId: 'AAAA' }],
  ])('also at the set-up: %s', async (_name, faults) => {
    const other = new Authenticator(server.origin, 'localhost');
    expect((await join('Eve', other, faults)).answer.status).toBe(401);
    expect(server.store.people.list()).toHaveLength(1);
  });

  test('headers do not change which origin and relying party are expected', async () => {
    const response = device.get(await challenge(server.client()), { origin: 'https://evil.test' });
    const answer = await server.client().post(
      'access/passkey/log-in',
      { response },
      {
        'x-forwarded-host': 'evil.test',
        'x-forwarded-proto': 'https',
        forwarded: 'host=evil.test',
      },
    );
    expect(answer.status).toBe(401);
  });

  test('a library that returns `false` instead of throwing is not believed', async () => {
    const { store } = server;
    const never = (): Promise<never> => Promise.resolve({ verified: false } as never);
    const proofs = createPasskeyProofs(store, readOrigin(undefined, server.port), () =>
      Promise.resolve({ verifyAuthenticationResponse: never } as never),
    );
    const response = device.get(proofs.authentication('login') as { challenge: string }) as never;
    await expect(proofs.authenticate('login', response)).rejects.toMatchObject({
      code: 'wrong_proof',
    });
  });
});

describe('a challenge', () => {
  test('counts once', async () => {
    const client = server.client();
    const response = device.get(await challenge(client));
    const use = async (): Promise<number> =>
      (await client.post('access/passkey/log-in', { response })).status;
    expect([await use(), await use()]).toEqual([200, 401]);
  });

  test('has one spelling, so no other one counts again', () => {
    const { challenges } = server.store;
    const spelled = challenges.create('add').toString('base64url');
    expect(challenges.isOpen(spelled, 'add')).toBe(true);
    for (const other of [`${spelled}=`, ` ${spelled}`, `${spelled}\n`, `${spelled}!`])
      expect(challenges.isOpen(other, 'add')).toBe(false);
  });

  test('counts for its purpose only', async () => {
    const forStepUp = (await owner.post('access/step-up/challenge', {})).body;
    const answer = await server
      .client()
      .post('access/passkey/log-in', { response: device.get(forStepUp) });
    expect(answer.status).toBe(401);
    const forLogIn = await challenge(owner);
    expect((await owner.post('access/step-up', { response: device.get(forLogIn) })).status).toBe(
      401,
    );
  });

  test('of another session proves nothing, and the own one does', async () => {
    const other = server.client();
    await logIn({}, other);
    const options = (await other.post('access/step-up/challenge', {})).body;
    const response = device.get(options);
    expect((await owner.post('access/step-up', { response })).status).toBe(401);
    expect((await other.post('access/step-up', { response })).status).toBe(200);
  });

  test('ends after 5 minutes, however many others there are', async () => {
    const client = server.client();
    const first = await challenge(client);
    for (let count = 0; count < 200; count++) await challenge(client);
    server.wait(5 * 60_000);
    const response = device.get(first);
    expect((await client.post('access/passkey/log-in', { response })).status).toBe(200);
    const late = device.get(await challenge(client));
    server.wait(5 * 60_000 + 1);
    expect((await client.post('access/passkey/log-in', { response: late })).status).toBe(401);
  });
});

test('the last way to log in can not be removed, and removing a passkey ends other sessions', async () => {
  const [passkey] = (await owner.get('access/account')).body.passkeys;
  expect((await owner.post('access/passkeys/remove', { id: passkey.id })).body.code).toBe(
    'last_proof',
  );
  const other = server.client();
  await logIn({}, other);
  const second = new Authenticator(server.origin, 'localhost');
  const options = (await owner.post('access/passkeys/options', {})).body;
  const response = second.create(options);
  expect((await owner.post('access/passkeys/add', { name: 'Phone', response })).status).toBe(200);
  expect((await owner.post('access/passkeys/remove', { id: passkey.id })).status).toBe(200);
  expect((await other.get('overview')).status).toBe(401);
  expect((await owner.get('overview')).status).toBe(200);
  expect((await logIn()).status).toBe(401);
});
