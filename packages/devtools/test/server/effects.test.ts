import { ALL_QUEUES, openQueue } from '@gati/runtime-h3/internal';
import type { QueueDriver } from '@gati/runtime-h3/effects/inspect';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '@gati/test-kit/wait';
import { openTelemetryStore } from '@gati/runtime-h3/collector';
import { restoreRedacted } from '../../src/server/effects/restore-redacted.ts';
import { FACTS, type PanelServer, startPanel } from '../helpers/panel-server.ts';
import { logRecord } from '../helpers/records.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const LEASE = 60_000;

let queue: QueueDriver;
let panel: PanelServer;
let wakes = 0;

beforeAll(async () => {
  queue = await openQueue('memory:', ALL_QUEUES);
  const store = openTelemetryStore('memory:');
  store.write({
    requests: [],
    spans: [],
    logs: [logRecord({ time: Date.now(), message: 'an effect failed', fields: { job: 'mail-1' } })],
  });
  panel = await startPanel(store, {
    now: Date.now,
    app: () => ({
      ...FACTS,
      effects: [
        {
          name: 'mail',
          file: 'src/effects/mail.ts',
          payload: { type: 'object', properties: { to: { type: 'string' } }, required: ['to'] },
        },
        { name: 'nightly', file: 'src/effects/nightly.ts', schedule: '0 3 * * *' },
      ],
    }),
    ports: {
      queue: {
        open: async () => queue,
        wake: async () => void wakes++,
      },
    },
  });
  await queue.enqueue(
    ['mail-1', 'mail-2', 'old-1'].map((id) => ({
      id,
      effect: id.slice(0, -2),
      payload: '{"to":"ann","password":"canary-secret"}',
      priority: 0,
      release: '1.0.0',
      runAt: Date.now() - 1,
      trace: `00-${TRACE}-b7ad6b7169203331-01`,
    })),
  );
  for (const effect of ['mail', 'old'])
    for (const lease of await queue.claim([{ effect, count: 2 }], LEASE))
      await queue.dead(lease, `Error: no route to host ${lease.job.id}\n    at run (a.ts:1:1)`);
});
afterAll(async () => {
  await panel.close();
  await queue.close();
});

// oxlint-disable-next-line typescript/no-explicit-any -- tests look into what came
const read = async (path: string): Promise<any> =>
  JSON.parse((await panel.get(`/_control/api/${path}`)).text);
// oxlint-disable-next-line typescript/no-explicit-any -- tests look into what came
const act = async (name: string, input: object): Promise<any> => {
  const { text: login } = await panel.post('/_control/api/access/code', { code: panel.code });
  const authorization = `Bearer ${JSON.parse(login).token}`;
  const { text } = await panel.post(`/_control/api/actions/${name}`, { input }, { authorization });
  return JSON.parse(text);
};

test('the effects have their jobs by state, those that the app no longer has too', async () => {
  const body = await read('effects');
  expect(body).toMatchObject({ queue: 'readable', counts: { dead: 3 }, isCut: false });
  expect(body.effects).toMatchObject([
    { name: 'mail', counts: { dead: 2 }, payload: { example: { to: 'text' } } },
    {
      name: 'nightly',
      schedule: '0 3 * * *',
      nextRuns: Array.from({ length: 3 }, () => expect.any(Number)),
    },
    { name: 'old', counts: { dead: 1 } },
  ]);
});

test('dead letters of one cause are one group, whose jobs can be listed', async () => {
  const { groups } = await read('effects/dead');
  expect(groups).toMatchObject([{ cause: 'Error: no route to host …', count: 3 }]);
  expect((await read(`effects/jobs?cause=${groups[0].id}`)).items).toHaveLength(3);
  expect((await read('effects/jobs?effect=mail&state=dead&limit=1')).items).toHaveLength(1);
});

test('a job leads to the request that enqueued it and to its lines, without its secrets', async () => {
  const job = await read('effects/jobs/mail-1');
  expect(job).toMatchObject({
    state: 'dead',
    enqueuedBy: TRACE,
    payload: { to: 'ann', password: '[redacted]' },
    logs: [{ message: 'an effect failed' }],
    can: { retry: true, cancel: false, rerun: true },
  });
  expect(await read('effects/jobs/none')).toMatchObject({ status: 404, code: 'GATI_EFFECT_JOB' });
});

test('running a job again with another payload keeps its hidden secrets', async () => {
  const payload = { to: 'bob', password: '[redacted]' };
  const { result } = await act('effects.rerun', { id: 'mail-1', payload });
  const { jobs } = await queue.list!({ ids: [result.id], limit: 1 });
  expect(JSON.parse(jobs[0]!.payload)).toEqual({ to: 'bob', password: 'canary-secret' });
  expect(wakes).toBeGreaterThan(0);
  expect(await act('effects.cancel', { ids: [result.id] })).toEqual({ result: { cancelled: 1 } });
  expect(restoreRedacted([{ token: '[redacted]' }, 'x'], [{ token: 't' }])).toEqual([
    { token: 't' },
    'x',
  ]);
});

test('an effect runs now only with a payload that fits, and only if the app has it', async () => {
  expect(await act('effects.run', { effect: 'mail', payload: {} })).toMatchObject({
    status: 400,
    code: 'GATI_EFFECT_PAYLOAD',
  });
  expect(await act('effects.run', { effect: 'old', payload: {} })).toMatchObject({ status: 404 });
  const { result } = await act('effects.run', { effect: 'mail', payload: { to: 'eve' } });
  expect(await act('effects.cancel', { ids: [result.id] })).toEqual({ result: { cancelled: 1 } });
});

test('a redrive starts with one job, and stops when it fails again', async () => {
  const { result } = await act('effects.redrive', { effect: 'mail' });
  await eventually(async () => {
    const [lease] = await queue.claim([{ effect: 'mail', count: 1 }], LEASE);
    await queue.dead(lease!, 'Error: still no route');
  });
  await eventually(async () => {
    const { redrives } = await read('effects/redrives');
    expect(redrives[0]).toMatchObject({ id: result.id, state: 'failed', redriven: 1, total: 2 });
  });
});

test('each running redrive can be stopped, so only five run at the same time', async () => {
  const job = {
    effect: 'flood',
    payload: '{}',
    priority: 0,
    runAt: Date.now(),
    release: '1.0.0',
  };
  await queue.enqueue(Array.from({ length: 8 }, (_, index) => ({ ...job, id: `flood-${index}` })));
  for (const lease of await queue.claim([{ effect: 'flood', count: 8 }], LEASE))
    await queue.dead(lease, 'Error: no route');
  const started: string[] = [];
  for (let count = 0; count < 5; count++)
    started.push((await act('effects.redrive', { effect: 'flood' })).result.id);
  expect(await act('effects.redrive', { effect: 'flood' })).toMatchObject({
    code: 'too_many_redrives',
  });
  for (const id of started)
    expect(await act('effects.stop-redrive', { id })).toEqual({ result: { stopped: true } });
});

test('a pause of an effect is shown with its reason, until it is resumed', async () => {
  const { text } = await panel.post('/_control/api/access/code', { code: panel.code });
  const headers = { authorization: `Bearer ${JSON.parse(text).token}` };
  const act = async (name: string, effect: string, reason?: string): Promise<number> =>
    (
      await panel.post(
        `/_control/api/actions/effects.${name}`,
        { input: { effect }, ...(reason && { reason }) },
        headers,
      )
    ).status;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into what came
  const list = async (): Promise<any> =>
    JSON.parse((await panel.get('/_control/api/effects')).text);
  expect([await act('pause', 'nothing'), await act('pause', 'mail', 'bounces')]).toEqual([
    404, 200,
  ]);
  const { effects: found, canPause } = await list();
  expect(canPause).toBe(true);
  expect(found[0]).toMatchObject({ name: 'mail', paused: { by: 'developer', reason: 'bounces' } });
  expect(await act('resume', 'mail')).toBe(200);
  expect((await list()).effects[0].paused).toBeUndefined();
});
