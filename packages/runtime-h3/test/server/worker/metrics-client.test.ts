import { expect, test } from 'vitest';
import type { MessageToSupervisor } from '../../../src/server/channel/messages.ts';
import {
  createMetricsClient,
  type MetricsClient,
} from '../../../src/server/worker/metrics-client.ts';
import type { WorkerMetrics } from '../../../src/telemetry/export/server-metrics.ts';
import { serverMetrics } from '../../helpers/server-metrics.ts';

const none: WorkerMetrics = { inflight: 0, routes: [], limits: {} };

function open(replyTimeout?: number): { client: MetricsClient; sent: MessageToSupervisor[] } {
  const sent: MessageToSupervisor[] = [];
  const client = createMetricsClient(
    async () => async () => none,
    (message, then) => {
      sent.push(message);
      then?.();
    },
    replyTimeout,
  );
  return { client, sent };
}

test('a worker sends its last metrics if anything scraped it', async () => {
  const { client, sent } = open();
  await client.sendMetrics(0);
  expect(sent).toEqual([]);
  await client.sendMetrics(7);
  await client.sendMetrics(0);
  expect(sent).toEqual([7, 0].map((id) => ({ gati: 'worker-metrics', id, metrics: none })));
});

test('clients that request metrics at the same time share one scrape', async () => {
  const { client, sent } = open();
  const texts = [client.requestMetrics(), client.requestMetrics(), client.requestMetrics()];
  expect(sent).toEqual([{ gati: 'request-metrics', id: 1 }]);
  client.receive({ gati: 'all-metrics', id: 1, ...serverMetrics([], { limits: { backlog: 3 } }) });
  for (const text of await Promise.all(texts))
    expect(text.text).toContain('gati_limit_reached_total{limit="backlog"} 3');
  const next = client.requestMetrics();
  expect(sent).toHaveLength(2);
  client.receive({ gati: 'all-metrics', id: 2, ...serverMetrics([]) });
  await next;
});

test('a request for metrics fails when the supervisor does not reply', async () => {
  const { client } = open(20);
  await expect(client.requestMetrics()).rejects.toThrow('The supervisor sent no metrics.');
});
