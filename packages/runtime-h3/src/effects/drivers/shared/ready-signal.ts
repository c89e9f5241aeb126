/** Node's timers fire at once beyond this. */
const LONGEST = 2 ** 31 - 1;

/** Who waits for jobs to become due, and the one timer for the next that is known of. */
export interface ReadySignal {
  listen(callback: () => void): () => void;
  readonly listening: boolean;
  fire(): void;
  /** In at most this many milliseconds. A later call replaces it. */
  fireWithin(milliseconds: number): void;
  close(): void;
}

export function createReadySignal(): ReadySignal {
  const listeners = new Set<() => void>();
  let timer: NodeJS.Timeout | undefined;
  const now = (): void => {
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
      timer = setTimeout(now, Math.min(Math.max(1, Math.ceil(milliseconds)), LONGEST));
      timer.unref();
    },
    close() {
      clearTimeout(timer);
      listeners.clear();
    },
  };
}
