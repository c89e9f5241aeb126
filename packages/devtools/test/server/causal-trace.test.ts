import type { LogRecord, SpanRecord } from '@gati/runtime-h3/telemetry';
import { openTelemetryStore, type TelemetryStore } from '@gati/runtime-h3/collector';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWaterfall } from '../../src/app/lib/waterfall.ts';
import { type PanelServer, startPanel } from '../helpers/panel-server.ts';
import { logRecord, NOW, requestRecord } from '../helpers/records.ts';

const id = (letter: string, length: number): string => letter.repeat(length);
const order = requestRecord({ method: 'POST', path: '/orders', time: NOW - 5000 });

function span(traceId: string, spanId: string, more: Partial<SpanRecord>): SpanRecord {
  return {
    traceId,
    spanId,
    parentId: '',
    name: '',
    kind: 'internal',
    start: NOW - 4000,
    us: 10,
    attributes: {},
    ...more,
  };
}

function lineOfRun(traceId: string, spanId: string, enqueuedBy: object, more: object): LogRecord {
  return logRecord({
    time: NOW - 3000,
    message: 'run',
    traceId,
    spanId,
    version: '1.0.0',
    fields: {
      effect: 'mail',
      job: 'j1',
      attempt: 1,
      outcome: 'completed',
      us: 20,
      enqueuedBy,
      ...more,
    },
  });
}

let store: TelemetryStore;
let panel: PanelServer;
const run = id('b', 32);
const later = id('c', 32);

beforeAll(async () => {
  store = openTelemetryStore('memory:');
  panel = await startPanel(store);
  const sent = { traceId: order.traceId, spanId: id('1', 16) };
  const sentByRun = { traceId: run, spanId: id('3', 16) };
  store.write({
    requests: [order],
    spans: [
      span(order.traceId, sent.spanId, { parentId: order.spanId, name: 'send mail' }),
      span(run, id('2', 16), { name: 'process mail', links: [sent], kind: 'consumer' }),
      span(run, sentByRun.spanId, { parentId: id('2', 16), name: 'send audit' }),
    ],
    logs: [
      lineOfRun(run, id('2', 16), sent, {}),
      // Its spans are not kept.
      lineOfRun(later, id('4', 16), sentByRun, { effect: 'audit', outcome: 'dead' }),
      logRecord({ message: 'by the run', traceId: run }),
    ],
  });
});
afterAll(() => panel.close());

// oxlint-disable-next-line typescript/no-explicit-any -- tests look into what came
const read = async (traceId: string): Promise<any> =>
  JSON.parse((await panel.get(`/_control/api/traces/${traceId}`)).text);

test('the trace of a request is one tree with the runs that it caused', async () => {
  const trace = await read(order.traceId);
  expect(trace.logs.map(({ message }: LogRecord) => message)).toContain('by the run');
  expect(trace).not.toHaveProperty('cause');
  const { rows } = createWaterfall(trace);
  expect(
    rows.map(({ depth, name, otherTrace, error }) => [depth, name, otherTrace, error]),
  ).toEqual([
    [0, 'POST /orders/:id', undefined, undefined],
    [1, 'send mail', undefined, undefined],
    [2, 'process mail', run, undefined],
    [3, 'send audit', run, undefined],
    [4, 'process audit', later, 'dead'],
  ]);
});

test('the trace of a run leads back to the request that enqueued its job', async () => {
  expect(await read(run)).toMatchObject({ cause: order, requests: [] });
  const ofLater = await read(later);
  expect(ofLater.runs).toMatchObject([{ effect: 'audit', enqueuedBy: { traceId: run } }]);
  expect(ofLater).not.toHaveProperty('cause');
});
