import type { App } from '../../app/options.ts';
import type { LimitCounts } from '../../telemetry/record/limit-counts.ts';
import type { MessageToSupervisor, MessageToWorker } from '../channel/messages.ts';
import type { WorkerEffects } from './worker-effects.ts';

/** Milliseconds that the supervisor has to reply. It waits for the workers for less. */
const REPLY_TIMEOUT = 5000;

type AllMetrics = MessageToWorker & { gati: 'all-metrics' };

/** The worker's side of a scrape. The supervisor's side is `supervisor/scraper.ts`. */
export interface MetricsClient {
  /** Returns the text of `/metrics`, which covers all workers. */
  requestMetrics(): Promise<string>;
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
  let scrape: Promise<string> | undefined;
  const request = async (): Promise<string> => {
    const id = ++lastId;
    const { workers, limits, crashes } = await new Promise<AllMetrics>((resolve, reject) => {
      waiting.set(id, resolve);
      send({ gati: 'request-metrics', id });
      const expire = (): void => {
        if (waiting.delete(id)) reject(new Error('The supervisor sent no metrics.'));
      };
      setTimeout(expire, replyTimeout).unref();
    });
    // Loaded late, since many servers are never scraped.
    return (await import('../../telemetry/export/prometheus.ts')).printMetrics(workers, {
      limits,
      crashes,
    });
  };
  return {
    // Clients that request at the same time share one scrape: each costs all processes some work.
    requestMetrics: () =>
      (scrape ??= request().finally(() => {
        scrape = undefined;
      })),
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
