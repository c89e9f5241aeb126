import { getOrCreate } from '../../collections/get-or-create.ts';
import type { RunOutcome } from '../../types/telemetry.ts';
import type { EnqueueMetric, RunMetric } from '../export/server-metrics.ts';
import { BUCKETS, bucketOf } from './route-stats.ts';

/**
 * Runs and enqueued jobs of all releases of this process. They are not part of an engine, because
 * an updated release gets another engine and its counts must continue.
 */
const runs = new Map<string, RunMetric>();
const enqueued = new Map<string, EnqueueMetric>();

/** @param us duration in microseconds */
export function countRun(effect: string, version: string, outcome: RunOutcome, us: number): void {
  const metric = getOrCreate(runs, `${version} ${outcome} ${effect}`, () => ({
    effect,
    version,
    outcome,
    count: 0,
    sum: 0,
    buckets: Array.from({ length: BUCKETS }, () => 0),
  }));
  const bucket = bucketOf(us);
  metric.count++;
  metric.sum += us;
  metric.buckets[bucket] = (metric.buckets[bucket] ?? 0) + 1;
}

export function countEnqueued(effect: string): void {
  getOrCreate(enqueued, effect, () => ({ effect, count: 0 })).count++;
}

export function runMetrics(): { runs: RunMetric[]; enqueued: EnqueueMetric[] } {
  return { runs: [...runs.values()], enqueued: [...enqueued.values()] };
}
