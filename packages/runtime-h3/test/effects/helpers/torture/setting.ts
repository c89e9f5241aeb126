export interface Item {
  /** Unique in the run. */
  item: number;
  effect: string;
  n: number;
  key?: string;
}

/**
 * Where a process kills itself with SIGKILL: at the `count`-th pass of a point, or `after`
 * milliseconds.
 */
export interface Kill {
  point?: string;
  count?: number;
  after?: number;
}

export interface TortureSetting {
  url: string;
  ledger: string;
  instance: number;
  /** Milliseconds. */
  lease: number;
  kill?: Kill;
  /** Items to enqueue. Absent: the process is a worker. */
  produce?: Item[];
  /** Longest run. Milliseconds. */
  holdMost: number;
}

export type Entry =
  | { did: 'acked'; item: number; id: string; effect: string; n: number; key?: string }
  | {
      did: 'begin';
      id: string;
      effect: string;
      attempt: number;
      n: number;
      asked: number;
      key?: string;
    }
  | { did: 'end'; id: string; effect: string; attempt: number; n: number }
  | { did: 'step'; id: string }
  | { did: 'stepped'; id: string; made: string };

/** `at`: microseconds by a clock that all processes share. */
export type Line = Entry & { at: number; instance: number };
