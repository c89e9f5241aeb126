import { createHeartbeatCheck } from './heartbeat-check.ts';
import { createStartCheck } from './start-check.ts';
import type { WatchOptions } from './watch-options.ts';

/**
 * Checks at an interval that the workers start in time and give heartbeats, and ends those that do
 * not. Time is counted in checks: while the supervisor or the whole machine is suspended, nothing
 * counts.
 */
export function watchWorkers(options: WatchOptions): void {
  const { workers, interval, heartbeat } = options;
  const checkStart = createStartCheck(options);
  const checkHeartbeat = heartbeat && createHeartbeatCheck(heartbeat, options);
  setInterval(() => {
    for (const worker of workers) {
      worker.checks++;
      worker.missing++;
      if (worker.state === 'starting') checkStart(worker);
      else checkHeartbeat?.(worker);
    }
  }, interval).unref();
}
