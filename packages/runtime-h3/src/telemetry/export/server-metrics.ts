/** Metrics that the processes of a server send each other, as plain data. */
import type { QueueStats } from '../../ports.ts';
import type { CrashCounts } from '../record/crash-counts.ts';
import type { LimitMetrics } from '../record/limit-counts.ts';
import type { ProcessMetrics } from '../../types/process-metrics.ts';
import type { RunOutcome } from '../../types/telemetry.ts';
import type { RouteMetric } from '../record/route-stats.ts';

export type { ProcessMetrics };

/** Open and closed WebSockets of one route. */
export interface SocketMetric {
  route: string;
  version: string;
  open: number;
  /** Sockets that closed, and how long they were open: see `RouteMetric`. */
  count: number;
  sum: number;
  buckets: number[];
}

/** Attempts to run the jobs of one effect. */
export interface RunMetric {
  effect: string;
  version: string;
  outcome: RunOutcome;
  /** Durations: see `RouteMetric`. */
  count: number;
  sum: number;
  buckets: number[];
}

export interface EnqueueMetric {
  effect: string;
  count: number;
}

/** Requests for a retired release that a newer one served through migrations. */
export interface MigrationMetric {
  from: string;
  to: string;
  count: number;
}

/** How often the server applied a database migration: once, or more often after failures. */
export interface DatabaseMigrationMetric {
  /** `0001_orders.sql` */
  name: string;
  count: number;
}

/** Records of telemetry that were lost. */
export interface DropMetric {
  /** `traces`, `logs`, `metrics`, or `lines` before they are parsed. */
  signal: string;
  reason: string;
  records: number;
}

/** A route of a release that this process has loaded. */
export interface RouteInfo {
  method: string;
  route: string;
  version: string;
}

export interface ReleaseMetric {
  version: string;
  status: string;
  isCurrent: boolean;
}

/** Metrics of one process. Members without a value are absent. */
export interface WorkerMetrics {
  process?: ProcessMetrics;
  inflight: number;
  routes: RouteMetric[];
  limits: LimitMetrics;
  sockets?: SocketMetric[];
  /** Present in a worker that runs jobs. All workers report the same jobs of a `shared` queue. */
  effects?: { jobs: QueueStats; shared: boolean };
  runs?: RunMetric[];
  enqueued?: EnqueueMetric[];
  migrations?: MigrationMetric[];
  databaseMigrations?: DatabaseMigrationMetric[];
  infos?: RouteInfo[];
  releases?: ReleaseMetric[];
  /** Modules of the current release, and whether each can serve. */
  modules?: Record<string, boolean>;
  drops?: DropMetric[];
}

/** Metrics of all processes of a server. */
export interface ServerMetrics {
  /** Of all processes that replied in time. */
  workers: WorkerMetrics[];
  /** Last metrics of processes that ended or did not reply. Their counts still count. */
  others: WorkerMetrics[];
  supervisor: ProcessMetrics;
  /** How often the supervisor was at its limits. */
  limits: LimitMetrics;
  /** How often workers were replaced, by cause. */
  crashes: CrashCounts;
}
