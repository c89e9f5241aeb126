import { GatiError } from '@gati/contract';
import { describeSettings } from '@gati/runtime-h3/internal';
import type { Order, PoolStatus } from '@gati/runtime-h3/telemetry';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FACTS, type PanelServer, startPanel } from '../helpers/panel-server.ts';

const STATUS: PoolStatus = { wanted: 2, ready: 2, starting: 0, draining: 0, initial: 2, max: 8 };

let panel: PanelServer;
let token: Record<string, string>;
/** Orders that the supervisor received. */
let orders: Order[] = [];
let refusal: string | undefined;
const stored = new Map<string, string>();

beforeAll(async () => {
  panel = await startPanel(undefined, {
    app: () => ({ ...FACTS, modules: [{ name: 'ledger', file: 'src/modules/ledger.ts' }] }),
    ports: {
      modules: {
        list: async () => [],
        async swap(name) {
          if (name !== 'scorer')
            throw new GatiError({
              code: 'GATI_MODULE_START',
              message: 'It is sick.',
              fix: 'Mend it.',
            });
          return { name, version: '1.3.0' };
        },
      },
      state: {
        get: (name) => stored.get(name),
        set: (name, value) => void stored.set(name, value),
      },
      operator: {
        measure: async () => ({ processes: [], crashes: {}, inflight: 0 }),
        health: async () => ({}),
        settings: async () =>
          describeSettings({
            env: { GATI_LOG_LEVEL: 'warn' },
            defaults: { PORT: 3000, GATI_LOG_REQUESTS: 'on', GATI_EFFECT_CONCURRENCY: '' },
          }),
        async operate(order) {
          orders.push(order);
          if (refusal !== undefined)
            throw new GatiError({ code: 'GATI_OPERATE', message: refusal, fix: 'Wait.' });
          return STATUS;
        },
      },
    },
  });
  const { text } = await panel.post('/_control/api/access/code', { code: panel.code });
  token = { authorization: `Bearer ${JSON.parse(text).token}` };
});
afterAll(() => panel.close());
beforeEach(() => {
  orders = [];
  refusal = undefined;
});

// oxlint-disable-next-line typescript/no-explicit-any -- tests look into what came
type Body = any;
const act = async (name: string, input: object, reason?: string): Promise<[number, Body]> => {
  const { status, text } = await panel.post(
    `/_control/api/actions/${name}`,
    { input, ...(reason && { reason }) },
    token,
  );
  return [status, JSON.parse(text)];
};
const read = async (path: string): Promise<Body> =>
  JSON.parse((await panel.get(`/_control/api/${path}`)).text);
const setting = async (name: string): Promise<Body> =>
  (await read('config')).settings.find((each: { name: string }) => each.name === name);

describe('the workers', () => {
  test('are scaled and restarted by the supervisor, one, all or those of a module', async () => {
    expect(await act('scaling.scale', { workers: 4 })).toEqual([200, { result: STATUS }]);
    await act('scaling.restart', { pid: 7 });
    await act('scaling.restart', {});
    expect((await act('modules.restart', { name: 'ledger' }))[0]).toBe(200);
    expect((await act('modules.restart', { name: 'nothing' }))[1].code).toBe('not_found');
    expect(orders).toEqual([
      { do: 'scale', workers: 4 },
      { do: 'restart', pid: 7 },
      { do: 'restart' },
      { do: 'restart' },
    ]);
    expect((await read('scaling')).workers).toEqual(STATUS);
  });

  test('stay as they are for a number that is impossible, and a refusal has its reason', async () => {
    for (const workers of [0, -1, 1.5, '2', 1025])
      expect((await act('scaling.scale', { workers }))[1].code).toBe('invalid_input');
    expect(orders).toEqual([]);
    refusal = 'The processes were not changed: a reason.';
    expect(await act('scaling.scale', { workers: 2 })).toMatchObject([
      409,
      { code: 'GATI_OPERATE', detail: expect.stringContaining('a reason') },
    ]);
  });
});

test('a module is swapped for a reason, from no source of the request, or stays with its error', async () => {
  const name = 'scorer';
  expect(await act('modules.swap', { name }, 'a new model')).toEqual([
    200,
    { result: { name, version: '1.3.0' } },
  ]);
  expect((await act('modules.swap', { name }))[1].code).toBe('invalid_input');
  const source = 'exec:sh -c id';
  expect((await act('modules.swap', { name, source }, 'x'))[1].code).toBe('invalid_input');
  expect(await act('modules.swap', { name: 'other' }, 'x')).toMatchObject([
    409,
    { code: 'GATI_MODULE_START', detail: 'It is sick. Mend it.' },
  ]);
});

describe('a setting', () => {
  const change = (name: string, value: string | null, before?: string) => ({
    changes: [{ name, value, ...(before !== undefined && { before }) }],
  });

  test('changes in all processes with a reason, is stored, and returns to the environment', async () => {
    expect((await act('config.set', change('GATI_LOG_LEVEL', 'debug')))[1].code).toBe(
      'invalid_input',
    );
    const diff = await read(
      `config/diff?changes=${encodeURIComponent('{"GATI_LOG_LEVEL":"debug","PORT":"1"}')}`,
    );
    expect(diff.changes).toEqual([
      { name: 'GATI_LOG_LEVEL', before: 'warn', after: 'debug' },
      { name: 'PORT', before: '3000', after: '1', error: 'needs a restart' },
    ]);
    expect((await act('config.set', change('GATI_LOG_LEVEL', 'debug', 'warn'), 'look'))[0]).toBe(
      200,
    );
    expect(orders).toEqual([{ do: 'set', overrides: { GATI_LOG_LEVEL: 'debug' } }]);
    expect(await setting('GATI_LOG_LEVEL')).toMatchObject({
      value: 'debug',
      source: 'panel',
      changed: { by: 'developer', reason: 'look', previous: null, initial: 'warn' },
    });
    await act('config.set', change('GATI_LOG_LEVEL', 'trace'), 'more');
    expect((await setting('GATI_LOG_LEVEL')).changed.previous).toBe('debug');
    expect((await act('config.set', change('GATI_LOG_LEVEL', null), 'done'))[0]).toBe(200);
    expect(orders.at(-1)).toEqual({ do: 'set', overrides: {} });
    expect(await setting('GATI_LOG_LEVEL')).toMatchObject({ value: 'warn', source: 'environment' });
  });

  test.each([
    ['invalid_setting', change('GATI_LOG_LEVEL', 'loud')],
    ['invalid_setting', change('PORT', '80')],
    ['invalid_setting', change('PATH', '/tmp')],
    ['invalid_setting', change('__proto__', 'x')],
    ['changed_meanwhile', change('GATI_LOG_LEVEL', 'debug', 'error')],
    ['invalid_input', { changes: [] }],
    ['invalid_input', { changes: [{ name: 'GATI_LOG_LEVEL', value: 7 }] }],
  ])('is refused with %s for %j, and nothing changes', async (code, input) => {
    expect((await act('config.set', input, 'test'))[1].code).toBe(code);
    expect(orders).toEqual([]);
  });

  test('that the supervisor does not take is not stored', async () => {
    refusal = 'The supervisor does not reply.';
    expect((await act('config.set', change('GATI_LOG_REQUESTS', 'off'), 'test'))[0]).toBe(409);
    expect((await setting('GATI_LOG_REQUESTS')).changed).toBeUndefined();
  });

  test('is compared only for a small JSON object', async () => {
    for (const changes of ['', '[]', '{}', '{"a":1}', '{', `{"a":"${'x'.repeat(6000)}"}`])
      expect((await read(`config/diff?changes=${encodeURIComponent(changes)}`)).status).toBe(400);
  });
});
