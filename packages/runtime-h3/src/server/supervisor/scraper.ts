import type { CrashCounts } from '../../telemetry/record/crash-counts.ts';
import type { LimitMetrics } from '../../telemetry/record/limit-counts.ts';
import type { ServerMetrics, WorkerMetrics } from '../../telemetry/export/prometheus.ts';
import type { MessageToSupervisor } from '../channel/messages.ts';
import type { WorkerProcess } from './worker-process.ts';

/** Milliseconds that a worker has to reply with its metrics. */
const SCRAPE_TIMEOUT = 1000;

interface Scrape {
  metrics: WorkerMetrics[];
  awaited: Set<WorkerProcess>;
  finish(): void;
}

/**
 * Collects the metrics of all workers, since each counts only its own requests. A worker that does
 * not reply in time is left out.
 */
export interface Scraper {
  collect(workers: WorkerProcess[]): Promise<ServerMetrics>;
  /** Receives what workers send about metrics. */
  onMessage(workers: WorkerProcess[], from: WorkerProcess, message: MessageToSupervisor): void;
}

/**
 * @param limits how often the supervisor was at its own limits
 * @param crashes how often it replaced workers
 */
export function createScraper(limits: LimitMetrics, crashes: CrashCounts): Scraper {
  const scrapes = new Map<number, Scrape>();
  let lastId = 0;

  function collect(workers: WorkerProcess[]): Promise<ServerMetrics> {
    return new Promise((resolve) => {
      const id = ++lastId;
      const finish = (): void => {
        clearTimeout(timer);
        if (scrapes.delete(id)) resolve({ workers: scrape.metrics, limits, crashes });
      };
      const scrape: Scrape = { metrics: [], awaited: new Set(workers), finish };
      const timer = setTimeout(finish, SCRAPE_TIMEOUT);
      scrapes.set(id, scrape);
      for (const worker of workers) worker.send({ gati: 'collect-metrics', id });
    });
  }

  return {
    collect,
    onMessage(workers, from, message) {
      if (message.gati === 'request-metrics') {
        void collect(workers).then((metrics) =>
          from.send({ gati: 'all-metrics', id: message.id, ...metrics }),
        );
      } else if (message.gati === 'worker-metrics') {
        const scrape = scrapes.get(message.id);
        if (!scrape?.awaited.delete(from)) return;
        scrape.metrics.push(message.metrics);
        if (scrape.awaited.size === 0) scrape.finish();
      }
    },
  };
}
