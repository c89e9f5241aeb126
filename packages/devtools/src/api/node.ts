/** Modules, settings and processes: responses of the read API. */
import type { ModuleItem as ForeignItem, PoolStatus, Setting } from '@gati/runtime-h3/telemetry';
import type { Red, Shape } from './types.ts';

export type { PoolStatus };

export interface ModuleList {
  modules: ModuleItem[];
  /** Whether this server can replace the processes of its modules. */
  canRestart: boolean;
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
  /** Set for a module that runs outside of the app's process. */
  foreign?: ForeignModule;
}

/** Source, isolation and permissions of a module. */
export interface ForeignModule extends Pick<
  ForeignItem,
  'source' | 'version' | 'level' | 'grants'
> {
  /** Whether a process of it runs, which a swap replaces. */
  canSwap: boolean;
}

/** Response of `GET modules/contract`: the methods of a module that runs outside of the process. */
export interface ModuleReference {
  name: string;
  methods: {
    name: string;
    idempotent: boolean;
    isStream: boolean;
    /** Absent: the method takes none. */
    input?: Shape;
    /** Absent: the type is not known. */
    output?: Shape;
  }[];
  /** Types that the shapes refer to by name, as TypeScript. */
  definitions?: string;
}

export interface SettingList {
  settings: SettingItem[];
  /** Whether this server can change settings while it runs. */
  canChange: boolean;
}

export interface SettingItem extends Omit<Setting, 'source'> {
  source: Setting['source'] | 'panel';
  /** The change that a person made. Absent: the value is that of the start. */
  changed?: SettingChange & {
    /** Value of the environment, which applies without the change. */
    initial: string;
  };
}

/** A change of a setting by a person. */
export interface SettingChange {
  /** Name of the person. */
  by: string;
  /** Epoch milliseconds. */
  at: number;
  reason: string;
  /** Value before the change; `null` if it was that of the environment. */
  previous: string | null;
}

/** Response of `GET config/diff`. */
export interface SettingDiff {
  changes: {
    name: string;
    before: string;
    after: string;
    /** Reason why the value can't be used. */
    error?: string;
  }[];
}

export interface ProcessList {
  /** Absent if the panel has no connection to the processes. */
  processes?: ProcessItem[];
  /** The workers. Absent where they can't be changed. */
  workers?: PoolStatus;
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
