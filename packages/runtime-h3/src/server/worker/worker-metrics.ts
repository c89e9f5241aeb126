import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '../../app/options.ts';
import type { WorkerMetrics } from '../../telemetry/export/server-metrics.ts';
import type { LimitCounts } from '../../telemetry/record/limit-counts.ts';
import {
  databaseMigrationMetrics,
  migrationMetrics,
} from '../../telemetry/record/migration-stats.ts';
import { runMetrics } from '../../telemetry/record/run-stats.ts';
import type { WorkerKind } from '../channel/messages.ts';
import { createProcessMetrics } from '../channel/process-metrics.ts';
import type { ReleaseSource } from './release-source.ts';
import type { WorkerEffects } from './worker-effects.ts';

/** Milliseconds that modules have to say whether they can serve. The supervisor waits for longer. */
const HEALTH_TIMEOUT = 500;

export interface WorkerMetricsOptions {
  kind: WorkerKind;
  app: App;
  source: ReleaseSource;
  effects: Pick<WorkerEffects, 'stats'>;
  limitCounts: LimitCounts;
}

/** @param isLast the worker ends: its counts alone are needed */
export type CollectMetrics = (isLast: boolean) => Promise<WorkerMetrics>;

/** Returns a function that collects the metrics of this worker. */
export function createWorkerMetrics({
  kind,
  app,
  source,
  effects,
  limitCounts,
}: WorkerMetricsOptions): CollectMetrics {
  const readProcess = createProcessMetrics(kind);
  return async (isLast) => {
    const [stats, modules] = isLast ? [] : await Promise.all([effects.stats(), healthOf(source)]);
    const { list, current } = source.releases();
    return {
      process: readProcess(),
      inflight: app.inflight,
      routes: app.metrics(),
      sockets: app.socketMetrics(),
      ...runMetrics(),
      migrations: migrationMetrics(),
      databaseMigrations: databaseMigrationMetrics(),
      infos: app.routes(),
      limits: limitCounts.counts,
      releases: list.map(({ version, status }) => ({
        version,
        status,
        isCurrent: version === current,
      })),
      ...(modules && { modules }),
      ...(stats && { effects: stats }),
    };
  };
}

/**
 * Returns whether each module of the current release can serve, if the modules report it in time.
 */
async function healthOf(source: ReleaseSource): Promise<Record<string, boolean> | undefined> {
  const read = async (): Promise<Record<string, boolean>> => {
    const { modules, health } = await source.current();
    const failing = await health();
    return Object.fromEntries(
      Object.keys(modules.api).map((name) => [name, !Object.hasOwn(failing, name)]),
    );
  };
  // Without a current release there is nothing to report; probes report that state.
  return Promise.race([read().catch(() => undefined), sleep(HEALTH_TIMEOUT, undefined)]);
}
