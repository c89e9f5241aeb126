import type { Logger } from '../../types/context.ts';
import { REPORT_TIME } from '../channel/blocked-report.ts';
import type { HeartbeatRule } from '../channel/heartbeat.ts';
import { readState } from './process-state.ts';
import type { WatchOptions } from './watch-options.ts';
import type { WorkerProcess } from './worker-process.ts';

/** Milliseconds that a report may be late, as on a machine that is busy. */
const REPORT_DELAY = 2000;
/** Characters of a report at most. */
const MAX_REPORT = 65_536;

/** Creates the check of a started worker. It ends a worker that gives no heartbeat. */
export function createHeartbeatCheck(
  { interval, checks }: HeartbeatRule,
  { onBlocked, onRecovered, logger }: Pick<WatchOptions, 'onBlocked' | 'onRecovered' | 'logger'>,
): (worker: WorkerProcess) => void {
  // A blocked worker is kept for the report of its watchdog thread.
  const lastCheck = checks + Math.ceil((REPORT_TIME + REPORT_DELAY) / interval);
  const isDue = (worker: WorkerProcess): boolean => {
    if (worker.report === undefined) {
      worker.reportChecks = 0;
      // A signal stops the thread too, so no report can come.
      return worker.missing >= lastCheck || readState(worker.pid) === 'T';
    }
    // The thread of a worker that responds again may wake before its event loop and report first.
    // After the check that finds the report, the worker therefore has another interval for its
    // heartbeat.
    return ++worker.reportChecks > 1;
  };
  return (worker) => {
    if (worker.reports.listenerCount('data') === 0) readReports(worker);
    if (worker.isInspected || worker.isEnding) return;
    if (worker.missing <= checks) {
      if (worker.state !== 'blocked') return;
      logger.warn('a worker that was blocked responds again: it finishes its requests and ends', {
        code: 'GATI_WORKER_BLOCKED',
        worker: worker.pid,
      });
      return onRecovered(worker);
    }
    if (worker.state !== 'blocked') {
      worker.state = 'blocked';
      onBlocked(worker);
    }
    if (!isDue(worker)) return;
    worker.isEnding = true;
    void end(worker, (worker.missing - 1) * interval, logger);
  };
}

/** Reads the lines that the watchdog thread of a worker writes. */
function readReports(worker: WorkerProcess): void {
  const { reports } = worker;
  let text = '';
  reports.setEncoding('utf8');
  reports.on('error', () => {});
  reports.on('data', (chunk: string) => {
    const lines = (text + chunk).split('\n');
    text = lines.pop()!.slice(0, MAX_REPORT);
    worker.report = lines.at(-1) ?? worker.report;
  });
}

async function end(worker: WorkerProcess, silent: number, logger: Logger): Promise<void> {
  try {
    const { describeBlocked } = await import('./blocked-worker.ts');
    const blocked = describeBlocked(worker);
    worker.blockedBy = blocked.reason;
    logger.error('a worker did not respond and is replaced', {
      code: 'GATI_WORKER_BLOCKED',
      worker: worker.pid,
      seconds: Math.round(silent / 100) / 10,
      ...blocked,
    });
  } finally {
    worker.kill();
  }
}
