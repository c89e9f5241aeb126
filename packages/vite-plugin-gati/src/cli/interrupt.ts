import { constants } from 'node:os';

/** Exit code of a process that a signal ended, less the number of the signal. */
const EXIT_BASE = 128;

/**
 * Runs the registered functions on Ctrl-C or SIGTERM, then exits with the code that shells expect,
 * 130 or 143. A second signal exits at once.
 */
export function onInterrupt(): { onStop(stop: () => unknown): void } {
  const stops: (() => unknown)[] = [];
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      const exit = (): never => process.exit(EXIT_BASE + constants.signals[signal]);
      if (stopping) exit();
      stopping = true;
      void Promise.allSettled(stops.map(async (stop) => await stop())).then(exit);
    });
  }
  return { onStop: (stop) => void stops.push(stop) };
}
