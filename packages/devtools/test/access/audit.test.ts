import { openNative } from '@gati/runtime-h3/internal';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createMemoryAudit } from '../../src/access/audit.ts';
import { openAccessStore } from '../../src/access/store/access-store.ts';
import { toBase32 } from '../../src/access/totp.ts';
import { defineAction } from '../../src/actions/action.ts';
import type { AuditEntry } from '../../src/api/access.ts';
import { closedObject } from '../../src/http/check-input.ts';
import { type AccessServer, type Client, startAccessServer } from '../helpers/access-server.ts';
import { totpCode } from '../helpers/totp.ts';

const SECRET = toBase32(Buffer.from('12345678901234567890'));
let acted = 0;
let file: string;
let server: AccessServer;
let client: Client;
/** The file of the accounts, opened by another process as it were. */
let other: ReturnType<typeof openNative>;

const act = defineAction({
  name: 'demo.act',
  summary: 'Counts its runs.',
  schema: closedObject({}),
  role: 'operator',
  stepUp: false,
  run: () => Promise.resolve({ acted: ++acted }),
});
const lock = defineAction({
  ...act,
  name: 'demo.lock',
  run: () => Promise.resolve(block()),
});

/** Makes SQLite reject entries of the audit log, as it does on a full disk. */
const block = (): void =>
  void other.exec(
    "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END",
  );
const unblock = (): void => void other.exec('DROP TRIGGER IF EXISTS full');
const entries = (): AuditEntry[] => server.store.audit.list({ limit: 100 }).items;

beforeAll(async () => {
  file = `${temporaryFolder('audit')}/access.db`;
  server = await startAccessServer({ file, actions: [act, lock] });
  other = openNative(file, process.cwd());
  const { people, sessions } = server.store;
  people.add({ id: 'ada', name: 'Ada', role: 'owner' });
  people.setTotp('ada', SECRET, 0);
  client = server.client();
  const session = { person: 'ada', method: 'totp', address: '', agent: '' };
  client.cookie = `gati_panel_${server.port}=${sessions.start(session)}`;
});
beforeEach(unblock);
afterAll(async () => {
  other.close();
  await server.close();
});

describe('an audit log that can not be written', () => {
  test('stops an action before it runs, and a change of access before it is made', async () => {
    block();
    const before = acted;
    for (const [path, body] of [
      ['actions/demo.act', { input: {} }],
      ['access/invites/create', { role: 'viewer' }],
      ['access/tokens/create', { name: 'CI', role: 'viewer', days: 1 }],
      ['access/recovery/renew', {}],
    ] as const) {
      const { status, body: problem } = await client.post(path, body);
      expect([path, status, problem.code]).toEqual([path, 503, 'audit_unavailable']);
    }
    expect(acted).toBe(before);
    expect([server.store.links.list(), server.store.tokens.list()]).toEqual([[], []]);
    expect(server.store.people.countRecoveryCodes('ada')).toBe(0);
  });

  test('lets no person log in or join', async () => {
    const link = server.store.links.create('invite', 'viewer');
    const stranger = server.client();
    const { body } = await stranger.post('access/join/totp/options', { link, name: 'Vera' });
    block();
    const code = totpCode(body.secret, server.now());
    const joined = await stranger.post('access/join/totp', { link, name: 'Vera', code });
    const loggedIn = await stranger.post('access/totp/log-in', {
      name: 'Ada',
      code: totpCode(SECRET, server.now()),
    });
    expect([joined.body.code, loggedIn.body.code]).toEqual(Array(2).fill('audit_unavailable'));
    expect(stranger.cookie).toBe('');
    expect(server.store.people.named('Vera')).toBeUndefined();
  });

  test('still allows reading, and keeps the response of an attempt that is refused', async () => {
    block();
    server.wait(60_000);
    expect((await client.get('overview')).status).toBe(200);
    expect((await client.post('actions/demo.act', { input: { no: 1 } })).body.code).toBe(
      'invalid_input',
    );
  });

  test('leaves the entry of an action whose result it could not take', async () => {
    expect((await client.post('actions/demo.lock', { input: {} })).status).toBe(200);
    unblock();
    expect(entries()[0]).toMatchObject({ action: 'demo.lock', result: 'started' });
  });
});

test('the audit log lists an action once: while it runs, and with its result', () => {
  const store = openAccessStore(':memory:', () => 1);
  for (const audit of [store.audit, createMemoryAudit()]) {
    const entry = (id: string, result: AuditEntry['result']): AuditEntry => ({
      id,
      time: 1,
      actor: { kind: 'person', id: 'ada', name: 'Ada' },
      address: '',
      action: 'demo.act',
      result,
    });
    const list = (): string[] =>
      audit.list({ limit: 9 }).items.map(({ id, result }) => `${id} ${result}`);
    const end = audit.begin(entry('1', 'started'));
    audit.append(entry('2', 'refused'));
    expect(list()).toEqual(['2 refused', '1 started']);
    end(entry('3', 'done'));
    expect(list()).toEqual(['3 done', '2 refused']);
  }
  store.close();
});
