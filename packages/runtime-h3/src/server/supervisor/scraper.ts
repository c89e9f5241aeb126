import type { MessageToSupervisor } from '../channel/messages.ts';
import type { WorkerMetrics } from '../../telemetry/export/prometheus.ts';
import type { WorkerProcess } from './worker-process.ts';

/** How long a worker has to tell its figures. Milliseconds. */
const SCRAPE_TIMEOUT = 1000;

interface Scrape {
  metrics: WorkerMetrics[];
  awaited: Set<WorkerProcess>;
  finish(): void;
}

export interface Scraper {
  onMessage(workers: WorkerProcess[], from: WorkerProcess, message: MessageToSupervisor): void;
}

/** Each worker counts its own requests: who asks one for `/metrics` gets those of all. */
export function createScraper(): Scraper {
  const scrapes = new Map<number, Scrape>();
  let ids = 0;
  return {
    onMessage(workers, from, message) {
      if (message.gati === 'scrape') {
        const id = ++ids;
        const finish = (): void => {
          clearTimeout(late);
          if (scrapes.delete(id))
            from.send({ gati: 'metrics', id: message.id, workers: scrape.metrics });
        };
        const scrape: Scrape = { metrics: [], awaited: new Set(workers), finish };
        const late = setTimeout(finish, SCRAPE_TIMEOUT);
        scrapes.set(id, scrape);
        for (const worker of workers) worker.send({ gati: 'measure', id });
      } else if (message.gati === 'measured') {
        const scrape = scrapes.get(message.id);
        if (!scrape?.awaited.delete(from)) return;
        scrape.metrics.push(message.metrics);
        if (scrape.awaited.size === 0) scrape.finish();
      }
    },
  };
}
