import { constants } from 'node:os';

const EXIT_BASE = 128;

/**
 * Ctrl-C and SIGTERM run what was registered, then end with 128 + signal (130, 143), as shells expect.
 * A second signal does not wait.
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
