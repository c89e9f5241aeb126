/** Longest delay of a timer in Node. Milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Calls listeners when jobs may have become due. Has one timer, for the next due job. */
export interface DueSignal {
  /** Adds a listener and sets the timer. Returns a function that removes the listener. */
  listen(callback: () => void): () => void;
  /** Calls the listeners. */
  fire(): void;
  /** Sets the only timer to the time at which the next job becomes due. */
  setTimer(): void;
  fireAndSetTimer(): void;
  close(): void;
}

/**
 * @param nextDue returns the epoch milliseconds at which the next job may become due, or `Infinity`
 * @param now returns epoch milliseconds
 */
export function createDueSignal(nextDue: () => number, now: () => number): DueSignal {
  const listeners = new Set<() => void>();
  let timer: NodeJS.Timeout | undefined;

  const fire = (): void => {
    for (const listener of listeners) listener();
  };

  const setTimer = (): void => {
    clearTimeout(timer);
    const next = nextDue();
    if (next === Infinity || listeners.size === 0) return;
    timer = setTimeout(fire, Math.min(Math.max(0, next - now()), LONGEST_TIMER));
    timer.unref();
  };

  return {
    listen(callback) {
      listeners.add(callback);
      setTimer();
      return () => listeners.delete(callback);
    },
    fire,
    setTimer,
    fireAndSetTimer() {
      fire();
      setTimer();
    },
    close() {
      clearTimeout(timer);
      listeners.clear();
    },
  };
}
