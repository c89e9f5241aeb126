import type { QueueSettings } from '../queue-opener.ts';

/** Reports outages of a connection that is tried again until it works. */
export interface OutageReporter {
  /** The connection failed. */
  failed(error: unknown): void;
  /** The connection works. */
  over(): void;
}

/**
 * Creates a reporter that reports the start and the end of an outage once, however often it fails.
 */
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
