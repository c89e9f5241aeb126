import type { ServerMetrics, WorkerMetrics } from '../../src/telemetry/export/server-metrics.ts';

/** Returns the metrics of a server with these workers. */
export function serverMetrics(
  workers: WorkerMetrics[],
  more: Partial<ServerMetrics> = {},
): ServerMetrics {
  const supervisor = {
    kind: 'supervisor',
    pid: 1,
    start: 1_000_000,
    cpu: 0.5,
    memory: 50_000_000,
    heap: 5_000_000,
    loopUsed: 0.01,
    loopDelay: 0.002,
  };
  return { workers, others: [], supervisor, limits: {}, crashes: {}, ...more };
}
