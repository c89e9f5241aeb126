import type { App } from '../../app/options.ts';
import type { WorkerEffects } from './worker-effects.ts';
import type { MessageToSupervisor, MessageToWorker } from '../channel/messages.ts';
import type { WorkerMetrics } from '../../telemetry/export/prometheus.ts';

export interface MetricsClient {
  /** The text of `/metrics`, of all workers. */
  requestMetrics(): Promise<string>;
  /** Tells the supervisor what this worker counted. */
  sendMetrics(id: number): Promise<void>;
  receive(message: MessageToWorker & { gati: 'metrics' }): void;
}

export function createMetricsClient(
  app: App,
  effects: Pick<WorkerEffects, 'stats'>,
  tell: (message: MessageToSupervisor) => void,
): MetricsClient {
  const waiting = new Map<number, (workers: WorkerMetrics[]) => void>();
  let ids = 0;
  return {
    async requestMetrics() {
      const id = ++ids;
      const workers = await new Promise<WorkerMetrics[]>((resolve) => {
        waiting.set(id, resolve);
        tell({ gati: 'scrape', id });
      });
      // Many servers are never asked.
      return (await import('../../telemetry/export/prometheus.ts')).printMetrics(workers);
    },
    async sendMetrics(id) {
      const stats = await effects.stats();
      tell({
        gati: 'measured',
        id,
        metrics: {
          inflight: app.inflight,
          routes: app.metrics(),
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
