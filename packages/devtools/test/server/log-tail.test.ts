import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '@gati/test-kit/wait';
import { openTelemetryStore, type TelemetryStore } from '@gati/runtime-h3/collector';
import { type PanelServer, startPanel } from '../helpers/panel-server.ts';
import { logRecord, NOW } from '../helpers/records.ts';

let store: TelemetryStore;
let panel: PanelServer;
beforeAll(async () => {
  store = openTelemetryStore('memory:');
  panel = await startPanel(store);
});
afterAll(() => panel.close());

const follow = async (search = ''): Promise<{ status: number; text(): string; leave(): void }> => {
  const controller = new AbortController();
  const response = await fetch(`${panel.url}/_control/api/logs/tail${search}`, {
    signal: controller.signal,
  });
  let text = '';
  void (async () => {
    for await (const part of response.body!) text += Buffer.from(part).toString();
  })().catch(() => undefined);
  return { status: response.status, text: () => text, leave: () => controller.abort() };
};

test('the tail sends new lines once, those of a filter only, and no older ones', async () => {
  store.write({ requests: [], spans: [], logs: [logRecord({ message: 'old' })] });
  const tail = await follow('?level=warn');
  const lines = ['warn', 'info', 'error'].map((level) =>
    logRecord({ time: NOW, level: level as 'warn', message: `new ${level}` }),
  );
  store.write({ requests: [], spans: [], logs: lines });
  await eventually(async () => expect(tail.text()).toContain('new error'));
  store.write({
    requests: [],
    spans: [],
    logs: [logRecord({ time: NOW, level: 'error', message: 'the last' })],
  });
  await eventually(async () => expect(tail.text()).toContain('the last'));
  expect(tail.text().match(/"message":"[^"]+"/g)).toEqual([
    '"message":"new warn"',
    '"message":"new error"',
    '"message":"the last"',
  ]);
  tail.leave();
});

test('at most 6 tails of one address are open, and one that its client left makes room', async () => {
  const tails = await Promise.all(Array.from({ length: 6 }, () => follow()));
  expect(tails.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200));
  expect((await follow()).status).toBe(503);
  tails[0]!.leave();
  await eventually(async () => {
    const again = await follow();
    tails.push(again);
    expect(again.status).toBe(200);
  });
  for (const tail of tails) tail.leave();
});
