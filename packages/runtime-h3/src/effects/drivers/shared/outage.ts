import type { QueueSettings } from '../queue-opener.ts';

/** A connection to the store that is tried again and again. */
export interface OutageReporter {
  failed(error: unknown): void;
  over(): void;
}

/** Tells of an outage once, and of its end: all that fails in between is the same one. */
export function createOutageReporter(
  { onError, onBack }: QueueSettings,
  toError: (cause: unknown) => Error,
): OutageReporter {
  let isOut = false;
  return {
    failed(error) {
      if (isOut) return;
      isOut = true;
      onError(toError(error));
    },
    over() {
      if (!isOut) return;
      isOut = false;
      onBack?.();
    },
  };
}
