import type { App } from '../../app/options.ts';
import type { PrintedMetrics } from '../../telemetry/export/print-metrics.ts';
import type { ServerMetrics } from '../../telemetry/export/prometheus.ts';
import type { LimitCounts } from '../../telemetry/record/limit-counts.ts';
import type { MessageToSupervisor, MessageToWorker } from '../channel/messages.ts';
import type { WorkerEffects } from './worker-effects.ts';

/** Milliseconds that the supervisor has to reply. It waits for the workers for less. */
const REPLY_TIMEOUT = 5000;

type AllMetrics = MessageToWorker & { gati: 'all-metrics' };

/** The worker's side of a scrape. The supervisor's side is `supervisor/scraper.ts`. */
export interface MetricsClient {
  /** Returns `/metrics` of all workers, in the format that the client accepts. */
  requestMetrics(accept?: string): Promise<PrintedMetrics>;
  /** Sends the metrics of this worker to the supervisor. `id` is that of the request. */
  sendMetrics(id: number): Promise<void>;
  receive(message: AllMetrics): void;
}

export function createMetricsClient(
  app: App,
  effects: Pick<WorkerEffects, 'stats'>,
  limitCounts: LimitCounts,
  send: (message: MessageToSupervisor) => void,
  replyTimeout: number = REPLY_TIMEOUT,
): MetricsClient {
  const waiting = new Map<number, (metrics: AllMetrics) => void>();
  let lastId = 0;
  let scrape: Promise<ServerMetrics> | undefined;
  const request = async (): Promise<ServerMetrics> => {
    const id = ++lastId;
    return new Promise<AllMetrics>((resolve, reject) => {
      waiting.set(id, resolve);
      send({ gati: 'request-metrics', id });
      const expire = (): void => {
        if (waiting.delete(id)) reject(new Error('The supervisor sent no metrics.'));
      };
      setTimeout(expire, replyTimeout).unref();
    });
  };
  return {
    async requestMetrics(accept) {
      // Clients that request at the same time share one scrape: each costs all processes some work.
      const metrics = await (scrape ??= request().finally(() => {
        scrape = undefined;
      }));
      // Loaded late, since many servers are never scraped.
      const { printMetrics } = await import('../../telemetry/export/print-metrics.ts');
      return printMetrics(metrics, accept);
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
    receive(metrics) {
      waiting.get(metrics.id)?.(metrics);
      waiting.delete(metrics.id);
    },
  };
}
