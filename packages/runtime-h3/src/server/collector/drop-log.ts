import { getOrCreate } from '../../collections/get-or-create.ts';
import type { DropMetric } from '../../telemetry/export/server-metrics.ts';
import type { Logger } from '../../types/context.ts';

/** Milliseconds between two warnings. */
const LOG_INTERVAL = 10_000;

/** Counts the records that the collector could not store, and logs the counts at an interval. */
export interface DropLog {
  /** @param detail text for the log in place of the reason, which is one of a few words */
  add(signal: string, reason: string, count: number, detail?: string): void;
  /** Returns the counts since the start. */
  totals(): DropMetric[];
  /** Logs an error of the store once per interval. */
  problem(reason: string): void;
  /** Logs the counts that are not logged yet. */
  flush(): void;
}

export function createDropLog(logger: Logger): DropLog {
  const counts = new Map<string, number>();
  const totals = new Map<string, DropMetric>();
  let timer: NodeJS.Timeout | undefined;
  let problem: { reason: string; at: number } | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (counts.size === 0) return;
    logger.warn('telemetry was dropped', { dropped: Object.fromEntries(counts) });
    counts.clear();
  }

  return {
    add(signal, reason, count, detail = reason) {
      getOrCreate(totals, `${signal} ${reason}`, () => ({ signal, reason, records: 0 })).records +=
        count;
      const key = `${signal}: ${detail}`;
      counts.set(key, (counts.get(key) ?? 0) + count);
      timer ??= setTimeout(flush, LOG_INTERVAL).unref();
    },
    totals: () => [...totals.values()],
    problem(reason) {
      const now = performance.now();
      if (problem?.reason === reason && now - problem.at < LOG_INTERVAL) return;
      problem = { reason, at: now };
      logger.warn('the telemetry store failed', { reason });
    },
    flush,
  };
}
