/** Resources that one process uses. */
export interface ProcessMetrics {
  /** `supervisor`, `http`, `effects` or `collector`. */
  kind: string;
  pid: number;
  /** Epoch seconds. */
  start: number;
  /** Seconds of all threads, in the process and in the kernel. */
  cpu: number;
  /** Bytes. */
  memory: number;
  heap: number;
  /** Share of the time since the last scrape in which the event loop ran code: 0 to 1. */
  loopUsed: number;
  /** 99th percentile of the delay of the event loop since the last scrape, in seconds. */
  loopDelay: number;
}

/** One effective setting of a process, without secrets. */
export interface Setting {
  /** Name of the variable. */
  name: string;
  value: string;
  /** Behaviour that applies if `value` is empty. */
  unset?: string;
  source: 'environment' | '.env file' | 'default';
  /** Absent for a variable that the server does not know, such as those of the app. */
  summary?: string;
  /** Type of its values, for people: `milliseconds`. */
  type?: string;
  /** `runtime`: a running server can change it. `start`: it applies after a restart. */
  when: 'runtime' | 'start';
  /** All values, if they are few. */
  choices?: readonly string[] | undefined;
}

/** The HTTP workers of a node. */
export interface PoolStatus {
  /** Number that the pool should have. */
  wanted: number;
  /** Number that serve requests. */
  ready: number;
  starting: number;
  /** Number that finish their open requests before they end. */
  draining: number;
  /** Number at the start of the server: `GATI_WORKERS`. A restart returns to it. */
  initial: number;
  /** Largest number that `scale` accepts. */
  max: number;
  /** The last change that a person made. */
  change?: PoolChange;
}

export interface PoolChange {
  what: 'scale' | 'restart';
  state: 'running' | 'done' | 'failed';
  /** Epoch milliseconds. */
  startedAt: number;
  /** Reason why it failed. */
  reason?: string;
}

/** Order of a person to the supervisor. */
export type Order =
  | { do: 'report' }
  | { do: 'scale'; workers: number }
  /** Replaces all workers in turn, or the one with this process id. */
  | { do: 'restart'; pid?: number }
  /** Replaces the changed settings of all processes. */
  | { do: 'set'; overrides: Record<string, string> };

/** Measures and describes the processes of one node. */
export interface NodeOperator {
  /** Measures the processes now. */
  measure(): Promise<{
    processes: ProcessMetrics[];
    /** Processes that were replaced since the start, by cause. */
    crashes: Record<string, number>;
    /** Requests in flight. */
    inflight: number;
  }>;
  /** Health of each module that is set up: empty if it can serve, otherwise the reason why not. */
  health(): Promise<Record<string, string>>;
  /** Effective settings, without secrets and without those that a person has changed. */
  settings(): Promise<Setting[]>;
  /**
   * Orders a change of the processes. Resolves when it has begun, with the state of the workers.
   * Absent where the processes can't be changed, as in development.
   *
   * @throws {GatiError} GATI_OPERATE when it can't be done
   */
  operate?(order: Order): Promise<PoolStatus>;
}
