import type { PrintedMetrics } from '../../telemetry/export/print-metrics.ts';
import type { ServerMetrics } from '../../telemetry/export/server-metrics.ts';
import type { MessageToSupervisor, MessageToWorker } from '../channel/messages.ts';
import type { CollectMetrics } from './worker-metrics.ts';

/** Milliseconds that the supervisor has to reply. It waits for the workers for less. */
const REPLY_TIMEOUT = 5000;

type AllMetrics = MessageToWorker & { gati: 'all-metrics' };

/** The worker's side of a scrape. The supervisor's side is `supervisor/scraper.ts`. */
export interface MetricsClient {
  /** Returns `/metrics` of all workers, in the format that the client accepts. */
  requestMetrics(accept?: string): Promise<PrintedMetrics>;
  /**
   * Sends the metrics of this worker to the supervisor. `id` is that of the request, 0 before the
   * exit.
   */
  sendMetrics(id: number): Promise<void>;
  receive(message: AllMetrics): void;
}

export function createMetricsClient(
  load: () => Promise<CollectMetrics>,
  send: (message: MessageToSupervisor, then?: () => void) => void,
  replyTimeout: number = REPLY_TIMEOUT,
): MetricsClient {
  const waiting = new Map<number, (metrics: AllMetrics) => void>();
  let collect: Promise<CollectMetrics> | undefined;
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
      const { printMetrics } = await import('../../telemetry/export/print-metrics.ts');
      return printMetrics(metrics, accept);
    },
    async sendMetrics(id) {
      // A server without scrapes needs no last metrics.
      if (id === 0 && collect === undefined) return;
      // Loaded late, since many servers are never scraped.
      const metrics = await (await (collect ??= load()))(id === 0);
      await new Promise<void>((resolve) => {
        send({ gati: 'worker-metrics', id, metrics }, resolve);
      });
    },
    receive(metrics) {
      waiting.get(metrics.id)?.(metrics);
      waiting.delete(metrics.id);
    },
  };
}
