import type { PrintedMetrics } from '../../telemetry/export/print-metrics.ts';
import type { MessageToSupervisor, MessageToWorker } from '../channel/messages.ts';
import { createSupervisorRequests } from '../channel/supervisor-requests.ts';
import type { CollectMetrics } from './worker-metrics.ts';

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
  replyTimeout?: number,
): MetricsClient {
  const requests = createSupervisorRequests(send, replyTimeout);
  let collect: Promise<CollectMetrics> | undefined;
  return {
    async requestMetrics(accept) {
      const metrics = await requests.requestMetrics();
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
    receive: requests.receive,
  };
}
