export interface Item {
  /** Unique in the run. */
  item: number;
  effect: string;
  n: number;
  key?: string;
}

/** Where a process ends by SIGKILL: at the `count`-th passing of a boundary, or after so many milliseconds. */
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
  /** Absent: it works. */
  produce?: Item[];
  /** Milliseconds that a run takes at most. */
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

/** `at`: microseconds of a clock that all processes share. */
export type Line = Entry & { at: number; instance: number };
