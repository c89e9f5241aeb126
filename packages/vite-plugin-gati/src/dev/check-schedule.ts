/**
 * Milliseconds after the last event at which files are compared with the disk. The first checks are
 * only for the files of the events: the watcher ignores an edit within 50 ms of the previous one of
 * the same file. The others are for all files.
 */
const CHECKS = [
  { delay: 25, isFull: false },
  { delay: 85, isFull: false },
  { delay: 335, isFull: true },
  { delay: 1500, isFull: true },
  { delay: 6000, isFull: true },
] as const;
const FIRST_FULL = 2;
/** Milliseconds without a full check after which further events no longer delay it. */
const MAX_DELAY = 1000;
/** Maximum number of full checks in a row that start again because of differences. */
const MAX_RESTARTS = 20;

export interface OnCheck {
  /** Compares the files of recent events. */
  checkRecent(): void;
  /** Compares all files. Returns whether any differed. */
  checkAll(): Promise<boolean>;
  /** Called after the first and after the last full check of a burst of events. */
  settled(isLast: boolean): void;
}

/** The checks that follow each burst of events. */
export interface CheckSchedule {
  /** Schedules the checks from the first one, after an event. */
  begin(): void;
  isClosed(): boolean;
  close(): void;
}

export function createCheckSchedule(on: OnCheck): CheckSchedule {
  let timer: NodeJS.Timeout | undefined;
  let nextCheck = 0;
  let lastEvent = 0;
  let lastFull = Date.now();
  let restarts = 0;
  let closed = false;

  function schedule(index: number): void {
    nextCheck = index;
    clearTimeout(timer);
    const begun = lastEvent;
    const delay = Math.max(0, begun + CHECKS[index]!.delay - Date.now());
    timer = setTimeout(() => void check(index, begun), delay);
  }

  /** @param begun time of the last event when the check was scheduled */
  async function check(index: number, begun: number): Promise<void> {
    const isFull = CHECKS[index]!.isFull || Date.now() - lastFull > MAX_DELAY;
    let found = false;
    if (isFull) {
      lastFull = Date.now();
      found = await on.checkAll();
    } else on.checkRecent();
    if (closed) return;
    if (lastEvent !== begun) return schedule(0);
    const isLast = index === CHECKS.length - 1;
    if (index === FIRST_FULL || isLast) on.settled(isLast);
    if (found && restarts++ < MAX_RESTARTS) {
      lastEvent = Date.now();
      return schedule(FIRST_FULL);
    }
    if (!isLast) return schedule(index + 1);
    timer = undefined;
    restarts = 0;
  }

  return {
    begin() {
      lastEvent = Date.now();
      restarts = 0;
      if (!timer || nextCheck > 0) schedule(0);
    },
    isClosed: () => closed,
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
