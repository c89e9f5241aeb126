import { url as inspectorUrl } from 'node:inspector';
import { Worker } from 'node:worker_threads';
import type { Logger } from '../../types/context.ts';
import type { HeartbeatRule } from '../channel/heartbeat.ts';
import { supervisorPid } from '../channel/supervisor-pid.ts';
import { type BlockedFrame, REPORT_FD, REPORT_TIME } from '../channel/blocked-report.ts';

/** Milliseconds that a worker has to exit by itself after its supervisor has died. */
const ORPHAN_TIME = 6000;

interface WatchdogData extends HeartbeatRule {
  /** `[number of heartbeats, 1 while a debugger may pause the process]` */
  beats: Int32Array;
  supervisor: number;
  orphanTime: number;
  reportTime: number;
  fd: number;
}

/**
 * Starts a thread that watches the main thread of a worker:
 *
 * - It reports where the main thread is, when it gives no heartbeat. The stack comes from an
 *   inspector session within the process, which listens on no port.
 * - It ends the process when the supervisor has died and the main thread does not exit.
 *
 * The thread takes about 8 MB of memory. Returns whether a debugger can attach to the process.
 */
export function startWatchdog(
  rule: HeartbeatRule,
  beats: Int32Array,
  logger: Logger,
): () => boolean {
  const workerData: WatchdogData = {
    ...rule,
    beats,
    supervisor: supervisorPid(),
    orphanTime: ORPHAN_TIME,
    reportTime: REPORT_TIME,
    fd: REPORT_FD,
  };
  // Relies on: `toString` returns the source of a function. A separate file could be missing in a
  // bundle. Without `env` and `execArgv`, preloaded modules would run in the thread.
  const thread = new Worker(`(${watch.toString()})()`, {
    eval: true,
    workerData,
    env: {},
    execArgv: [],
  });
  thread.once('online', () => logger.debug('the watchdog thread runs'));
  thread.on('error', (error) => logger.debug('the watchdog thread ended', { error }));
  thread.unref();
  return () => inspectorUrl() !== undefined;
}

/**
 * The code of the thread. Uses no variables from outside of the function and defines no named
 * functions, because build tools rewrite both.
 */
function watch(): void {
  const { workerData } = process.getBuiltinModule('node:worker_threads');
  const { writeSync } = process.getBuiltinModule('node:fs');
  const { beats, interval, checks, supervisor, orphanTime, reportTime, fd } =
    workerData as WatchdogData;
  // A write to a supervisor that has died throws, and the thread still has to end the process.
  process.on('uncaughtException', () => {});
  let last = 0;
  let missing = 0;
  let orphaned = 0;
  setInterval(() => {
    if (process.ppid !== supervisor) {
      orphaned += interval;
      // A blocked main thread can't exit by itself.
      if (missing >= checks || orphaned > orphanTime) process.kill(process.pid, 'SIGKILL');
    }
    const count = Atomics.load(beats, 0);
    if (count !== last || Atomics.load(beats, 1) === 1) {
      last = count;
      missing = 0;
      return;
    }
    missing++;
    if (missing !== checks) return;
    const { Session } = process.getBuiltinModule('node:inspector');
    const session = new Session();
    const urls = new Map<string, string>();
    // Native code does not stop for a debugger.
    const timer = setTimeout(() => {
      session.disconnect();
      writeSync(fd, '{"frames":[]}\n');
    }, reportTime);
    session.on('Debugger.scriptParsed', ({ params }) => urls.set(params.scriptId, params.url));
    session.on('Debugger.paused', ({ params }) => {
      clearTimeout(timer);
      session.post('Debugger.resume');
      session.disconnect();
      const frames: BlockedFrame[] = params.callFrames.slice(0, 30).map((frame) => ({
        name: frame.functionName,
        url: urls.get(frame.location.scriptId) ?? '',
        line: frame.location.lineNumber,
        column: frame.location.columnNumber ?? 0,
      }));
      // The main thread may have stopped at the end of a native call, and give a heartbeat now.
      setTimeout(() => {
        if (Atomics.load(beats, 0) === last) writeSync(fd, `${JSON.stringify({ frames })}\n`);
      }, interval / 2);
    });
    session.connectToMainThread();
    session.post('Debugger.enable');
    session.post('Debugger.pause');
  }, interval);
}
