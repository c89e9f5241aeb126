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
  source: 'environment' | '.env file' | 'default';
}

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
  /** Effective settings, without secrets. */
  settings(): Promise<Setting[]>;
}
