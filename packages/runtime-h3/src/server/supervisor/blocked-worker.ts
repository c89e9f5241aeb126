import { toSourceStack } from '../../telemetry/log/source-stack.ts';
import type { BlockedFrame, BlockedReport } from '../channel/blocked-report.ts';
import { readState } from './process-state.ts';
import type { WorkerProcess } from './worker-process.ts';

/** Why a worker gives no heartbeat, as fields of a log line. */
export interface BlockedReason {
  reason: string;
  /** Calls of the main thread, innermost first, in the format of an error's stack. */
  stack?: string;
}

/** Says why a process does not respond. Call it before the process is killed. */
export function describeBlocked({
  pid,
  report,
}: Pick<WorkerProcess, 'pid' | 'report'>): BlockedReason {
  const state = readState(pid);
  if (state === 'T' || state === 't') return { reason: 'the process is stopped by a signal' };
  const frames = parseFrames(report);
  if (frames === undefined)
    return {
      reason: 'the process does not run, or was blocked in its first moments',
    };
  if (frames.length === 0)
    return { reason: 'native code blocks the event loop, such as a synchronous function' };
  const stack = toSourceStack(frames.map(printFrame).join('\n'));
  // Node's functions may be the innermost ones, such as `performance.now()` in a loop.
  const calls = stack.split('\n');
  const culprit = calls.find((call) => !call.includes('node:')) ?? calls[0]!;
  const place = culprit.replace(/^ *at (?:.* \()?|\)$/g, '');
  return { reason: `code blocks the event loop at ${place}`, stack };
}

/** Prints a frame like the stack of an error. */
function printFrame({ name, url, line, column }: BlockedFrame): string {
  const place = `${url || '<anonymous>'}:${line + 1}:${column + 1}`;
  return name === '' ? `    at ${place}` : `    at ${name} (${place})`;
}

/** Code of the app can write to the same descriptor, so the shape is not certain. */
function parseFrames(report: string | undefined): BlockedFrame[] | undefined {
  try {
    const { frames } = JSON.parse(report ?? '') as Partial<BlockedReport>;
    return Array.isArray(frames) ? frames : undefined;
  } catch {
    return undefined;
  }
}
