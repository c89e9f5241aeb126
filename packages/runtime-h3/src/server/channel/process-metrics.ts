import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { ProcessMetrics } from '../../telemetry/export/server-metrics.ts';
import type { WorkerKind } from './messages.ts';

/** Milliseconds between two samples of the delay of the event loop. */
const RESOLUTION = 20;

/**
 * Returns a function that measures this process. The first call starts the measurement of the event
 * loop, so a server without scrapes has no cost.
 */
export function createProcessMetrics(kind: WorkerKind | 'supervisor'): () => ProcessMetrics {
  let delay: ReturnType<typeof monitorEventLoopDelay> | undefined;
  let used = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, used);
    used = now;
    // The histogram contains the resolution.
    const p99 = delay === undefined ? 0 : delay.percentile(99) / 1e9 - RESOLUTION / 1000;
    if (delay === undefined) {
      delay = monitorEventLoopDelay({ resolution: RESOLUTION });
      delay.enable();
    } else delay.reset();
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    return {
      kind: kind === 'first' || kind === 'more' ? 'http' : kind,
      pid: process.pid,
      start: performance.timeOrigin / 1000,
      cpu: (user + system) / 1e6,
      memory: rss,
      heap: heapUsed,
      loopUsed: utilization,
      loopDelay: Math.max(0, p99),
    };
  };
}
