/** Modules, settings and processes: responses of the read API. */
import type { Setting } from '@gati/runtime-h3/telemetry';
import type { Red } from './types.ts';

export type { Setting };

export interface ModuleList {
  modules: ModuleItem[];
  /** Traces in which the calls were counted. */
  sample: number;
}

export interface ModuleItem {
  name: string;
  /** Path from the root of the project. */
  file: string;
  /** Absent if no process has set it up, or the panel has no connection to the processes. */
  isHealthy?: boolean;
  /** Reason why it is not healthy. */
  reason?: string;
  /** Calls in the sample. */
  calls: Pick<Red, 'count' | 'failed'>;
  /** Microseconds of the calls in the sample; absent without calls. */
  median?: number;
  /** Parts that call it, the most frequent first. */
  callers: string[];
  /** Methods that are called. */
  methods: string[];
}

export interface SettingList {
  settings: Setting[];
}

export interface ProcessList {
  /** Absent if the panel has no connection to the processes. */
  processes?: ProcessItem[];
  /** Processes that were replaced since the start, by cause. */
  crashes: Record<string, number>;
  /** Requests in flight. */
  inflight: number;
}

export interface ProcessItem {
  kind: string;
  pid: number;
  /** Epoch milliseconds. */
  startedAt: number;
  /** Seconds since its start. */
  cpu: number;
  /** Bytes. */
  memory: number;
  heap: number;
  /** Share of time in which the event loop ran code: 0 to 1. */
  loopUsed: number;
  /** 99th percentile of the delay of the event loop in microseconds. */
  loopDelay: number;
}
