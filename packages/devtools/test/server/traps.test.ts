import { openTelemetryStore } from '@gati/runtime-h3/collector';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PanelServer, startPanel } from '../helpers/panel-server.ts';
import { NOW } from '../helpers/records.ts';

const store = openTelemetryStore('memory:');
let panel: PanelServer;
let authorization = '';
beforeAll(async () => {
  panel = await startPanel(store, { ports: { traps: store.traps, errors: store } });
  const { text } = await panel.post('/_control/api/access/code', { code: panel.code });
  authorization = `Bearer ${(JSON.parse(text) as { token: string }).token}`;
});
afterAll(async () => {
  await panel.close();
  store.close();
});

async function act(name: string, input: object): Promise<[number, Record<string, unknown>]> {
  const path = `/_control/api/actions/${name}`;
  const { status, text } = await panel.post(path, { input }, { authorization });
  return [status, JSON.parse(text) as Record<string, unknown>];
}
const read = async <Body>(path: string): Promise<Body> =>
  JSON.parse((await panel.get(`/_control/api/${path}`)).text) as Body;

test('an action arms a trap, the pages show it, and another one removes it', async () => {
  const where = { route: '/orders', method: 'POST', status: '5xx', header: 'x-debug' };
  const [status, { result }] = await act('traps.add', { where, limit: 3, minutes: 1.5 });
  const { id } = result as { id: string };
  expect(status).toBe(200);
  const { traps } = await read<{ traps: object[] }>('traps');
  expect(traps).toMatchObject([{ id, where, limit: 3, kept: 0, state: 'armed' }]);
  expect(await read(`traps/${id}`)).toMatchObject({ id, catches: [] });
  expect((await act('traps.remove', { id }))[0]).toBe(200);
  expect((await act('traps.remove', { id }))[0]).toBe(404);
  expect((await panel.get(`/_control/api/traps/${id}`)).status).toBe(404);
});

test.each<[string, object]>([
  ['an unknown condition', { where: { body: 'x' } }],
  ['a status that does not exist', { where: { status: 999 } }],
  ['a header that is no name', { where: { header: 'a b' } }],
  ['more than 100 requests', { where: {}, limit: 101 }],
  ['more than a day', { where: {}, minutes: 1441 }],
  ['no conditions', {}],
])('a trap with %s is rejected', async (_name, input) => {
  expect((await act('traps.add', input))[0]).toBe(400);
});

test('an action resolves an error', async () => {
  const error = { name: 'TypeError', message: 'no ledger' };
  const time = NOW - 1000;
  const line = { time, level: 'error', message: 'failed', pid: 1, fields: { error } } as const;
  store.write({ requests: [], spans: [], logs: [line] });
  const listed = await read<{ items: { id: string }[] }>('errors');
  const [{ id }] = listed.items as [{ id: string }];
  expect((await act('errors.resolve', { id }))[0]).toBe(200);
  expect(await read('errors')).toMatchObject({ items: [{ decision: { state: 'resolved' } }] });
  expect((await act('errors.reopen', { id }))[0]).toBe(200);
  expect((await act('errors.mute', { id: 'f'.repeat(16) }))[0]).toBe(404);
});
