import { expect, test } from 'vitest';
import type { MessageToSupervisor } from '../../../src/server/channel/messages.ts';
import {
  createMetricsClient,
  type MetricsClient,
} from '../../../src/server/worker/metrics-client.ts';
import { LimitCounts } from '../../../src/telemetry/record/limit-counts.ts';

const app = { inflight: 0, metrics: () => [] } as never;
const effects = { stats: async () => undefined };

function open(replyTimeout?: number): { client: MetricsClient; sent: MessageToSupervisor[] } {
  const sent: MessageToSupervisor[] = [];
  const client = createMetricsClient(
    app,
    effects,
    new LimitCounts(),
    (message) => sent.push(message),
    replyTimeout,
  );
  return { client, sent };
}

test('clients that request metrics at the same time share one scrape', async () => {
  const { client, sent } = open();
  const texts = [client.requestMetrics(), client.requestMetrics(), client.requestMetrics()];
  expect(sent).toEqual([{ gati: 'request-metrics', id: 1 }]);
  client.receive({ gati: 'all-metrics', id: 1, workers: [], limits: { backlog: 3 }, crashes: {} });
  for (const text of await Promise.all(texts))
    expect(text.text).toContain('gati_limit_reached_total{limit="backlog"} 3');
  void client.requestMetrics();
  expect(sent).toHaveLength(2);
});

test('a request for metrics fails when the supervisor does not reply', async () => {
  const { client } = open(20);
  await expect(client.requestMetrics()).rejects.toThrow('The supervisor sent no metrics.');
});
