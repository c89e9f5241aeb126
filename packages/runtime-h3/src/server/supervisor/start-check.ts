import { GatiError } from '@gati/contract';
import type { WatchOptions } from './watch-options.ts';
import type { WorkerProcess } from './worker-process.ts';

/** Milliseconds after which the log says what a start waits for. */
const SLOW = 10_000;
/** Missing heartbeats that show a blocked event loop. */
const BLOCKED = 3;

/** Creates the check of a starting worker. It ends a worker that takes too long. */
export function createStartCheck({
  interval,
  heartbeat,
  startTimeout,
  onSlowStart,
}: Pick<WatchOptions, 'interval' | 'heartbeat' | 'startTimeout' | 'onSlowStart'>): (
  worker: WorkerProcess,
) => void {
  const checks = startTimeout === 0 ? Infinity : Math.ceil(startTimeout / interval);
  const slowChecks = Math.ceil(SLOW / interval);
  const cause = (worker: WorkerProcess): string => {
    const isBlocked = heartbeat !== undefined && worker.missing >= BLOCKED;
    if (isBlocked) return `its event loop is blocked in ${worker.lastStep ?? 'the start of Node'}`;
    if (worker.steps.size === 0) return 'it waits for the release store or the disk';
    return `it waits for ${[...worker.steps].join(', ')}`;
  };
  return (worker) => {
    if (worker.isInspected || worker.startError !== undefined) return;
    if (worker.checks === slowChecks)
      onSlowStart(`A worker is still starting after ${SLOW / 1000} s: ${cause(worker)}.`);
    if (worker.checks < checks) return;
    worker.startError = startTimeoutError(startTimeout, cause(worker));
    worker.abortStart();
  };
}

function startTimeoutError(timeout: number, cause: string): GatiError {
  return new GatiError({
    code: 'GATI_START_TIMEOUT',
    message: `A worker was not ready within ${timeout / 1000} s: ${cause}.`,
    fix: 'Check that the service it connects to responds, and give the connection a timeout. If the start has to take longer, raise GATI_START_TIMEOUT (milliseconds, 0 for no limit).',
  });
}
