/** Longest delay of a timer in Node. Milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Calls listeners when jobs may have become due. Has one timer, for the next job known to become
 * due.
 */
export interface ReadySignal {
  /** Returns a function that removes the listener. */
  listen(callback: () => void): () => void;
  /** There is a listener. */
  readonly listening: boolean;
  /** Calls the listeners. */
  fire(): void;
  /** Calls the listeners in at most this many milliseconds. A later call replaces it. */
  fireWithin(milliseconds: number): void;
  close(): void;
}

export function createReadySignal(): ReadySignal {
  const listeners = new Set<() => void>();
  let timer: NodeJS.Timeout | undefined;
  const fire = (): void => {
    for (const listener of listeners) listener();
  };
  return {
    listen(callback) {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
    get listening() {
      return listeners.size > 0;
    },
    fire,
    fireWithin(milliseconds) {
      clearTimeout(timer);
      if (listeners.size === 0) return;
      timer = setTimeout(fire, Math.min(Math.max(1, Math.ceil(milliseconds)), LONGEST_TIMER));
      timer.unref();
    },
    close() {
      clearTimeout(timer);
      listeners.clear();
    },
  };
}
