import type { Logger } from '../../types/context.ts';
import type { HeartbeatRule } from '../channel/heartbeat.ts';
import { REPORT_TIME } from '../channel/blocked-report.ts';
import type { WorkerProcess } from './worker-process.ts';

export interface WatchHooks {
  /** The worker gives no heartbeat: another one has to take its place. */
  onBlocked(worker: WorkerProcess): void;
  /** A blocked worker responds again, before it was killed. */
  onRecovered(worker: WorkerProcess): void;
  logger: Logger;
}

/**
 * Checks at an interval that the workers give heartbeats, and kills those that give none. Silence is
 * counted in checks, not in time: while the supervisor or the whole machine is suspended, nothing
 * counts.
 */
export function watchWorkers(
  workers: Iterable<WorkerProcess>,
  { interval, checks }: HeartbeatRule,
  { onBlocked, onRecovered, logger }: WatchHooks,
): void {
  // A blocked worker is kept for the report of its watchdog thread, which begins before this check.
  const lastCheck = checks + Math.ceil(REPORT_TIME / interval);
  const endBlocked = (worker: WorkerProcess): void => {
    if (worker.state !== 'blocked' || worker.isEnding) return;
    if (!worker.report && worker.missing <= lastCheck) return;
    worker.isEnding = true;
    void end(worker, (worker.missing - 1) * interval, logger);
  };
  const check = (worker: WorkerProcess): void => {
    if (worker.reports.listenerCount('data') === 0) readReports(worker, () => endBlocked(worker));
    if (worker.state === 'starting' || worker.isInspected) return;
    worker.missing++;
    if (worker.missing <= checks) {
      if (worker.state === 'blocked') onRecovered(worker);
      return;
    }
    if (worker.state !== 'blocked') {
      worker.state = 'blocked';
      onBlocked(worker);
    }
    endBlocked(worker);
  };
  setInterval(() => {
    for (const worker of workers) check(worker);
  }, interval).unref();
}

/** Characters of a report at most. */
const MAX_REPORT = 65_536;

/** Reads the lines that the watchdog thread of a worker writes. */
function readReports(worker: WorkerProcess, onReport: () => void): void {
  const { reports } = worker;
  let text = '';
  reports.setEncoding('utf8');
  reports.on('error', () => {});
  reports.on('data', (chunk: string) => {
    const lines = (text + chunk).split('\n');
    text = lines.pop()!.slice(0, MAX_REPORT);
    worker.report = lines.at(-1) ?? worker.report;
    if (lines.length > 0) onReport();
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
