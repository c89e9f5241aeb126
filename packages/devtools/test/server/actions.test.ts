import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMemoryAudit } from '../../src/access/audit.ts';
import { defineAction } from '../../src/actions/action.ts';
import { createActions } from '../../src/actions/registry.ts';
import { closedObject } from '../../src/http/check-input.ts';
import { PanelError } from '../../src/http/problem.ts';
import { ruleOf } from '../../src/server/endpoint-rules.ts';
import { type PanelServer, startPanel } from '../helpers/panel-server.ts';
import { NOW } from '../helpers/records.ts';

const retry = defineAction<{ id: string }>({
  name: 'effects.retry',
  summary: 'Runs a dead job again.',
  schema: closedObject({ id: { type: 'string', maxLength: 20 } }),
  role: 'operator',
  stepUp: false,
  run({ id }, { actor }) {
    if (id === 'gone') throw new PanelError(404, 'not_found', 'There is no such job.');
    if (id === 'broken') throw new Error('postgres://user:canary-secret@host');
    return Promise.resolve({ id, by: actor.name });
  },
});
const rollback = defineAction({
  ...retry,
  name: 'releases.rollback',
  stepUp: true,
  schema: closedObject({}),
});

let panel: PanelServer;
let now = NOW;
const codes: string[] = [];
beforeAll(async () => {
  panel = await startPanel(undefined, {
    actions: [retry, rollback],
    now: () => now,
    onCode: (code) => codes.push(code),
  });
});
afterAll(() => panel.close());

const RETRY = '/_control/api/actions/effects.retry';
const BODY = { input: { id: '7' } };
const read = ({ status, text }: { status: number; text: string }) =>
  [status, JSON.parse(text)] as [number, any]; // oxlint-disable-line typescript/no-explicit-any -- tests look into what came
const codeOf = (response: { status: number; text: string }): string => read(response)[1].code;

async function login(): Promise<{ authorization: string }> {
  const [, { token }] = read(await panel.post('/_control/api/access/code', { code: panel.code }));
  return { authorization: `Bearer ${token}` };
}

describe('CVE-2026-71319: whatever acts needs the code that the terminal shows', () => {
  test('each action responds 401 without it, and reading stays open', async () => {
    for (const name of ['effects.retry', 'releases.rollback', 'no.such'])
      for (const authorization of [undefined, 'Bearer 0123456789abcdef', 'Bearer ', 'Basic x'])
        expect(
          codeOf(await panel.post(`/_control/api/actions/${name}`, BODY, { authorization })),
        ).toBe('code_required');
    expect((await panel.get('/_control/api/traces')).status).toBe(200);
    expect(read(await panel.get('/_control/api/access/status'))[1]).toEqual({
      mode: 'development',
      canRead: true,
      canAct: false,
    });
  });

  test('the code leads to a token that acts, and ends after 12 hours', async () => {
    const headers = await login();
    expect(read(await panel.post(RETRY, BODY, headers))).toEqual([
      200,
      { result: { id: '7', by: 'developer' } },
    ]);
    now += 12 * 60 * 60_000 + 1;
    expect(codeOf(await panel.post(RETRY, BODY, headers))).toBe('code_required');
  });

  test('ten wrong codes make a new one, and many of them a pause', async () => {
    const first = panel.code!;
    const wrong = async (): Promise<string> => {
      const guess = panel.code === '000000' ? '000001' : '000000';
      return codeOf(await panel.post('/_control/api/access/code', { code: guess }));
    };
    for (let count = 0; count < 10; count++) expect(await wrong()).toBe('wrong_code');
    expect(codes.at(-1)).toBe(panel.code);
    if (first !== panel.code)
      expect(codeOf(await panel.post('/_control/api/access/code', { code: first }))).toBe(
        'wrong_code',
      );
    for (let count = 0; count < 20; count++) await wrong();
    expect(codeOf(await panel.post('/_control/api/access/code', { code: panel.code }))).toBe(
      'too_many_tries',
    );
    now += 30_000;
    expect((await login()).authorization).toMatch(/^Bearer [\w-]{43}$/);
  });
});

describe('CVE-2024-22424 and CVE-2025-54782: a form of another page can not act', () => {
  test.each([
    ['foreign_origin', { origin: undefined }],
    ['foreign_origin', { origin: 'null' }],
    ['foreign_origin', { origin: '' }],
    ['foreign_origin', { origin: 'http://127.0.0.1:1' }],
    ['foreign_origin', { 'sec-fetch-site': 'same-site' }],
    ['header_required', { 'x-gati-panel': undefined }],
    ['unsupported_media_type', { 'content-type': 'text/plain' }],
    ['unsupported_media_type', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['unsupported_media_type', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['unsupported_media_type', { 'content-type': 'text/plain; x=application/json' }],
    ['unsupported_media_type', { 'content-type': undefined }],
  ])('responds %s to %j, also with a valid token', async (code, headers) => {
    const token = await login();
    for (const path of [RETRY, '/_control/api/access/code'])
      expect(codeOf(await panel.post(path, BODY, { ...token, ...headers }))).toBe(code);
  });

  test('no GET runs an action', async () => {
    const token = await login();
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE'])
      expect((await panel.get(RETRY, { method, headers: token })).status).toBeGreaterThan(400);
  });
});

describe('an action', () => {
  test.each([
    [{}, 'invalid_input'],
    [{ input: {} }, 'invalid_input'],
    [{ input: { id: 7 } }, 'invalid_input'],
    [{ input: { id: '7', role: 'owner' } }, 'invalid_input'],
    [{ ...BODY, actor: 'x' }, 'invalid_input'],
    [{ ...BODY, reason: '' }, 'invalid_input'],
    ['{', 'invalid_json'],
    ['"'.padEnd(70_000, 'x'), 'body_too_large'],
  ])('responds to the body %j with %s', async (body, code) => {
    expect(codeOf(await panel.post(RETRY, body, await login()))).toBe(code);
  });

  test('that is dangerous needs a reason', async () => {
    const path = '/_control/api/actions/releases.rollback';
    const token = await login();
    expect(codeOf(await panel.post(path, { input: {} }, token))).toBe('invalid_input');
    const [status] = read(await panel.post(path, { input: {}, reason: 'errors' }, token));
    expect(status).toBe(200);
  });

  test('leaves an entry in the audit log, with its result', async () => {
    const token = await login();
    await panel.post(RETRY, { ...BODY, reason: 'the bank is back' }, token);
    await panel.post(RETRY, { input: { id: 'gone' } }, token);
    expect(codeOf(await panel.post(RETRY, { input: { id: 'broken' } }, token))).toBe('internal');
    const log = await panel.get('/_control/api/access/audit?limit=3', { headers: token });
    expect(log.text).not.toContain('canary-secret');
    expect(read(log)[1].items).toMatchObject([
      { action: 'effects.retry', result: 'failed', code: 'internal', input: { id: 'broken' } },
      { action: 'effects.retry', result: 'failed', code: 'not_found' },
      {
        action: 'effects.retry',
        result: 'done',
        input: { id: '7' },
        reason: 'the bank is back',
        actor: { kind: 'developer', name: 'developer', role: 'owner' },
        address: '127.0.0.1',
      },
    ]);
  });

  test('is described for pages and programs', async () => {
    expect(read(await panel.get('/_control/api/actions'))[1].actions).toMatchObject([
      { name: 'effects.retry', summary: 'Runs a dead job again.', role: 'operator', stepUp: false },
      { name: 'releases.rollback', stepUp: true },
    ]);
  });
});

describe('the panel does not start', () => {
  const create = (action: object): unknown =>
    createActions([{ ...retry, ...action }], { audit: createMemoryAudit(), now: () => NOW });

  test.each([
    { role: undefined },
    { role: 'admin' },
    { stepUp: undefined },
    { name: 'retry' },
    { name: '../x.y' },
    { schema: { type: 'object' } },
  ])('with an action that has %j', (action) => {
    expect(() => create(action)).toThrow(TypeError);
  });

  test('with an endpoint without a rule', () => {
    expect(() => ruleOf('no/such')).toThrow(/has no rule/);
    expect(() => ruleOf('constructor')).toThrow(/has no rule/);
  });
});
