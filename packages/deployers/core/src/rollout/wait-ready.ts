import { setTimeout as sleep } from 'node:timers/promises';
import { GatiError } from '@gati/contract';
import { type Cause, PATIENCE } from '../cause/causes.ts';
import { explainLogs } from '../cause/explain-logs.ts';
import { findCauses } from '../cause/find-causes.ts';
import { readSnapshot, type Snapshot } from '../cause/snapshot.ts';
import type { Cluster } from '../kube/cluster.ts';
import type { WaitStep } from '../plan/plan.ts';
import { readLogs } from './read-logs.ts';

export interface WaitOptions {
  /** Milliseconds between two reads of the state. */
  interval?: number;
  /** Called when the number of ready pods changes. */
  onProgress?(ready: number, replicas: number): void;
  /** Called when a cause is seen for the first time. */
  onCause?(cause: Cause, logs: string[]): void;
  /** Called before each read. Renews a lease, or throws to stop. */
  beforeLook?(): Promise<void>;
}

/** A rollout that failed, with its causes. */
export interface RolloutFailure {
  causes: (Cause & { logs: string[] })[];
  ready: number;
  replicas: number;
}

const INTERVAL = 1000;
/** Milliseconds that the controller manager may take to see a new Deployment. */
const QUIET = 5000;

/**
 * Waits until the pods of a revision are ready.
 *
 * @throws {GatiError} GATI_DEPLOY_ROLLOUT when a cause lasts too long, or the time is up. Its
 *   `cause` is a {@link RolloutFailure}.
 */
export async function waitReady(
  cluster: Cluster,
  step: WaitStep,
  { interval = INTERVAL, onProgress, onCause, beforeLook }: WaitOptions = {},
): Promise<void> {
  const started = performance.now();
  const seen = new Map<string, { since: number; logs: string[] }>();
  let shown = -1;
  for (;;) {
    await beforeLook?.();
    const snapshot = await readSnapshot(cluster, step.namespace, step);
    const ready = readyPods(snapshot, step.replicas);
    if (ready !== shown) onProgress?.((shown = ready), step.replicas);
    if (ready >= step.replicas) return;
    const causes = findCauses(snapshot);
    const now = performance.now();
    for (const code of seen.keys())
      if (!causes.some((each) => each.code === code)) seen.delete(code);
    for (const each of causes) {
      if (seen.has(each.code) || (each.code === 'controller' && now - started < QUIET)) continue;
      const logs = await readLogs(cluster, step.namespace, each);
      seen.set(each.code, { since: now, logs });
      onCause?.(explainLogs(each, logs), logs);
    }
    const lasting = causes.filter(
      ({ code }) => now - (seen.get(code)?.since ?? now) >= (PATIENCE[code] ?? Infinity),
    );
    if (lasting.length > 0 || now - started >= step.timeout) {
      const failure = { causes, ready, step, isTimeout: lasting.length === 0 };
      throw await rolloutError(cluster, failure);
    }
    await sleep(interval);
  }
}

/** Returns the number of ready pods of the newest generation. */
function readyPods({ deployment }: Snapshot, replicas: number): number {
  const { generation = 0 } = deployment?.metadata ?? {};
  const {
    observedGeneration = 0,
    availableReplicas = 0,
    updatedReplicas = 0,
  } = deployment?.status ?? {};
  if (!deployment || observedGeneration < generation) return 0;
  // After a change of the size, the status may still describe the old size.
  if ((deployment.spec?.replicas ?? 1) < replicas) return 0;
  return Math.min(availableReplicas, updatedReplicas);
}

async function rolloutError(
  cluster: Cluster,
  {
    causes,
    ready,
    step,
    isTimeout,
  }: { causes: Cause[]; ready: number; step: WaitStep; isTimeout: boolean },
): Promise<GatiError> {
  const withLogs = await Promise.all(
    causes.map(async (each) => {
      const logs = await readLogs(cluster, step.namespace, each);
      return { ...explainLogs(each, logs), logs };
    }),
  );
  const [first] = withLogs;
  const count = `${ready} of ${step.replicas} pods became ready`;
  const limit = `\`rollout.timeout\` (${step.timeout / 1000} s) is over`;
  const failure: RolloutFailure = { causes: withLogs, ready, replicas: step.replicas };
  return new GatiError(
    {
      code: 'GATI_DEPLOY_ROLLOUT',
      message: first
        ? `${count}${isTimeout ? `, and ${limit}` : ''}. ${first.object}: ${first.why}.`
        : `${count}, and ${limit}.`,
      fix: first?.fix ?? 'Raise `rollout.timeout` if the server needs longer to start.',
    },
    { cause: failure },
  );
}
