/**
 * Why a worker was replaced:
 *
 * - `uncaught`: code threw an error that nothing catches.
 * - `blocked`: it gave no heartbeat.
 * - `memory`: its JavaScript heap was full. V8 aborts the process then.
 * - `signal`: another process or the system killed it, such as a system without memory.
 * - `exit`: code ended the process.
 * - `start`: it could not start.
 */
export const CRASH_CAUSES = ['uncaught', 'blocked', 'memory', 'signal', 'exit', 'start'] as const;

export type CrashCause = (typeof CRASH_CAUSES)[number];

/** Number of crashes by cause. */
export type CrashCounts = Partial<Record<CrashCause, number>>;

/**
 * Returns the cause of a crash.
 * @param how how the process ended: `code 1`, `signal SIGKILL`
 */
export function crashCause(how: string): CrashCause {
  // A shell reports a signal as a code above 128.
  if (how === 'signal SIGABRT' || how === 'code 134') return 'memory';
  return how.startsWith('signal ') ? 'signal' : 'exit';
}
