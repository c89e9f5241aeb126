import type { CrashCounts } from '../../telemetry/record/crash-counts.ts';
import type { LimitMetrics } from '../../telemetry/record/limit-counts.ts';
import type { ServerMetrics, WorkerMetrics } from '../../telemetry/export/server-metrics.ts';
import type { MessageToSupervisor } from '../channel/messages.ts';
import type { createProcessMetrics } from '../channel/process-metrics.ts';
import type { WorkerProcess } from './worker-process.ts';

/** Milliseconds that a worker has to reply with its metrics. */
const SCRAPE_TIMEOUT = 1000;
/** Milliseconds in which the last metrics of a worker may arrive after it exited. */
const LATE_METRICS = 100;
/** Maximum number of ended workers before their metrics are added up. */
const MAX_ENDED = 8;

interface Scrape {
  metrics: WorkerMetrics[];
  awaited: Set<WorkerProcess>;
  finish(): void;
}

/**
 * Collects the metrics of all workers, since each counts only its own requests. The last metrics of
 * a worker that ended, or that does not reply in time, still count: a counter never falls.
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
  let readProcess: ReturnType<typeof createProcessMetrics> | undefined;
  /** Last metrics of each worker. */
  const last = new Map<WorkerProcess, WorkerMetrics>();
  const gone = new WeakSet<WorkerProcess>();
  let ended: WorkerMetrics[] = [];
  let lastId = 0;

  function keep(worker: WorkerProcess, metrics: WorkerMetrics): void {
    if (gone.has(worker)) return;
    if (!last.has(worker))
      void worker.exited.then(() => setTimeout(() => void end(worker), LATE_METRICS).unref());
    last.set(worker, metrics);
  }

  async function end(worker: WorkerProcess): Promise<void> {
    const metrics = last.get(worker);
    last.delete(worker);
    gone.add(worker);
    if (metrics !== undefined) ended.push(metrics);
    if (ended.length !== MAX_ENDED) return;
    // Loaded late, since most servers replace few workers.
    const { addUpEnded } = await import('../../telemetry/export/add-up.ts');
    ended = [addUpEnded(ended)];
  }

  async function collect(workers: WorkerProcess[]): Promise<ServerMetrics> {
    // Loaded late, since many servers are never scraped.
    readProcess ??= (await import('../channel/process-metrics.ts')).createProcessMetrics(
      'supervisor',
    );
    const readSupervisor = readProcess;
    return new Promise((resolve) => {
      const id = ++lastId;
      const awaited = new Set(workers);
      const finish = (): void => {
        clearTimeout(timer);
        if (!scrapes.delete(id)) return;
        const silent = [...last].filter(
          ([worker]) => awaited.has(worker) || !workers.includes(worker),
        );
        resolve({
          workers: scrape.metrics,
          others: [...ended, ...silent.map(([, metrics]) => metrics)],
          supervisor: readSupervisor(),
          limits,
          crashes,
        });
      };
      const scrape: Scrape = { metrics: [], awaited, finish };
      const timer = setTimeout(finish, SCRAPE_TIMEOUT);
      scrapes.set(id, scrape);
      for (const worker of workers) worker.send({ gati: 'collect-metrics', id });
      if (workers.length === 0) finish();
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
        keep(from, message.metrics);
        const scrape = scrapes.get(message.id);
        if (!scrape?.awaited.delete(from)) return;
        scrape.metrics.push(message.metrics);
        if (scrape.awaited.size === 0) scrape.finish();
      }
    },
  };
}
