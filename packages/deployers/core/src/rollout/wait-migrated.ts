import { setTimeout as sleep } from 'node:timers/promises';
import { GatiError } from '@gati/contract';
import { type Cause, PATIENCE } from '../cause/causes.ts';
import { explainLogs } from '../cause/explain-logs.ts';
import { findCauses } from '../cause/find-causes.ts';
import { readSnapshot } from '../cause/snapshot.ts';
import type { Cluster } from '../kube/cluster.ts';
import { pathOf } from '../kube/kinds.ts';
import { MIGRATE } from '../objects/migrate-job.ts';
import type { MigrateStep } from '../plan/plan.ts';
import { readLogs } from './read-logs.ts';
import type { RolloutFailure, WaitOptions } from './wait-ready.ts';

const INTERVAL = 500;

/**
 * Waits until the database is migrated.
 *
 * @throws {GatiError} GATI_DEPLOY_ROLLOUT when the Job fails, when it can't start, or when the time
 * is up. Its
 *   `cause` is a {@link RolloutFailure}.
 */
export async function waitMigrated(
  cluster: Cluster,
  step: MigrateStep,
  { interval = INTERVAL, onCause, beforeLook }: WaitOptions,
): Promise<void> {
  const { namespace, job, revision, timeout } = step;
  const path = pathOf({ kind: 'Job', metadata: { name: job, namespace } });
  const started = performance.now();
  const seen = new Map<string, number>();
  for (;;) {
    await beforeLook?.();
    const { succeeded = 0, failed = 0 } = ((await cluster.get(path))?.['status'] ?? {}) as Record<
      string,
      number
    >;
    if (succeeded > 0) return;
    const names = { deployment: '', role: MIGRATE, revision };
    const causes = findCauses(await readSnapshot(cluster, namespace, names));
    const now = performance.now();
    for (const code of seen.keys())
      if (!causes.some((each) => each.code === code)) seen.delete(code);
    for (const { code } of causes) if (!seen.has(code)) seen.set(code, now);
    const isLasting = causes.some(
      ({ code }) => now - seen.get(code)! >= (PATIENCE[code] ?? Infinity),
    );
    if (failed > 0 || isLasting || now - started >= timeout)
      throw await migrateError(cluster, step, causes, onCause);
    await sleep(interval);
  }
}

async function migrateError(
  cluster: Cluster,
  { namespace, job, timeout }: MigrateStep,
  causes: Cause[],
  onCause: WaitOptions['onCause'],
): Promise<GatiError> {
  const [first] = causes;
  const logs = first ? await readLogs(cluster, namespace, first) : [];
  const cause = first && explainLogs(first, logs);
  if (cause) onCause?.(cause, logs);
  const failure: RolloutFailure = {
    causes: cause ? [{ ...cause, logs }] : [],
    ready: 0,
    replicas: 1,
  };
  return new GatiError(
    {
      code: 'GATI_DEPLOY_ROLLOUT',
      message: cause
        ? `The database was not migrated. ${cause.object}: ${cause.why}.`
        : `The Job ${job} did not migrate the database within ${timeout / 1000} s.`,
      fix: cause?.fix ?? 'Raise `rollout.timeout` if the migrations need longer.',
    },
    { cause: failure },
  );
}
