import type { App } from '../../app/options.ts';
import type { WorkerMetrics } from '../../telemetry/export/prometheus.ts';
import type { LimitCounts } from '../../telemetry/record/limit-counts.ts';
import type { MessageToSupervisor, MessageToWorker } from '../channel/messages.ts';
import type { WorkerEffects } from './worker-effects.ts';

/** The worker's side of a scrape. The supervisor's side is `supervisor/scraper.ts`. */
export interface MetricsClient {
  /** Returns the text of `/metrics`, which covers all workers. */
  requestMetrics(): Promise<string>;
  /** Sends the metrics of this worker to the supervisor. `id` is that of the request. */
  sendMetrics(id: number): Promise<void>;
  receive(message: MessageToWorker & { gati: 'all-metrics' }): void;
}

export function createMetricsClient(
  app: App,
  effects: Pick<WorkerEffects, 'stats'>,
  limitCounts: LimitCounts,
  send: (message: MessageToSupervisor) => void,
): MetricsClient {
  const waiting = new Map<number, (workers: WorkerMetrics[]) => void>();
  let lastId = 0;
  return {
    async requestMetrics() {
      const id = ++lastId;
      const workers = await new Promise<WorkerMetrics[]>((resolve) => {
        waiting.set(id, resolve);
        send({ gati: 'request-metrics', id });
      });
      // Loaded late, since many servers are never scraped.
      return (await import('../../telemetry/export/prometheus.ts')).printMetrics(workers);
    },
    async sendMetrics(id) {
      const stats = await effects.stats();
      send({
        gati: 'worker-metrics',
        id,
        metrics: {
          inflight: app.inflight,
          routes: app.metrics(),
          limits: limitCounts.counts,
          ...(stats && { effects: stats }),
        },
      });
    },
    receive({ id, workers }) {
      waiting.get(id)?.(workers);
      waiting.delete(id);
    },
  };
}
