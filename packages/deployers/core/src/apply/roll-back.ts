import type { Cluster, KubeObject } from '../kube/cluster.ts';
import { nameOf, pathOf } from '../kube/kinds.ts';
import { LABELS } from '../objects/labels.ts';
import { createLiveObjects } from '../objects/objects.ts';
import type { Target } from '../objects/target.ts';
import { toApplyStep } from '../plan/apply-step.ts';
import { findObject, findRevision, historyBefore, type LiveState } from '../plan/live-state.ts';
import { LEADING } from '../plan/make-plan.ts';
import { type ApplyStep, type Plan, type PlanStep, toRequest } from '../plan/plan.ts';

export interface RolledBack {
  /** Steps that were done, for people. */
  steps: string[];
  /** Steps that failed, with the reasons. */
  failed: string[];
}

/**
 * Undoes a failed deploy: routes requests to the old revision again, and removes the new pods. The
 * old pods have not been touched by then.
 *
 * @param state the cluster before the deploy
 */
export async function rollBack(
  cluster: Cluster,
  target: Target,
  plan: Plan,
  done: PlanStep[],
  state: LiveState,
): Promise<RolledBack> {
  const result: RolledBack = { steps: [], failed: [] };
  const attempt = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
      result.steps.push(what);
    } catch (error) {
      result.failed.push(`${what}: ${(error as Error).message}`);
    }
  };
  const send = async (step: PlanStep): Promise<unknown> =>
    await cluster.call('Rolling back failed', toRequest(step)!);
  const remove = async ({
    kind,
    metadata,
  }: Pick<KubeObject, 'kind' | 'metadata'>): Promise<void> => {
    const found = await cluster.get(pathOf({ kind, metadata }));
    const { uid, name } = found?.metadata ?? {};
    if (!uid || !name) return;
    const object = { kind, name, namespace: target.namespace };
    await send({ kind: 'delete', reason: 'the rollout failed', object, uid });
  };
  const { before, revision } = plan;
  const isSwitched = done.some(
    (step) => step.kind === 'apply' && ['Service', 'HTTPRoute'].includes(step.object.kind),
  );
  if (isSwitched && before !== null && before !== revision) {
    const history = historyBefore(state, before);
    const { service, others } = createLiveObjects(
      target,
      findRevision(state, before) ?? { revision: before },
      history,
    );
    for (const object of [service, ...others]) {
      const step = toStep(object, state);
      await attempt(`lead ${object.kind} ${object.metadata.name} back to ${before}`, () =>
        send(step),
      );
    }
  }
  if (before === null) {
    // No revision served before, so objects that refer to the removed pods are removed too.
    const leading = done.flatMap((step) =>
      step.kind === 'apply' && step.against === null && LEADING.has(step.object.kind)
        ? [step.object]
        : [],
    );
    for (const { kind, metadata } of leading.reverse())
      await attempt(`remove ${kind} ${metadata.name}`, () => remove({ kind, metadata }));
  }
  // A Deployment that existed before this deploy stays.
  const created = plan.steps.flatMap((step) =>
    step.kind === 'apply' && isOfRevision(step.object) && step.against === null
      ? [step.object]
      : [],
  );
  if (before !== revision)
    for (const object of created)
      await attempt(`remove ${nameOf(object)} of ${plan.release.version}`, () => remove(object));
  return result;
}

/** A Job that failed stays, with its log, until the next deploy. */
const isOfRevision = ({ kind, metadata }: KubeObject): boolean =>
  kind === 'Deployment' ||
  (kind === 'ConfigMap' && metadata.labels?.[LABELS.revision] !== undefined);

function toStep(object: ApplyStep['object'], state: LiveState): ApplyStep {
  const step = toApplyStep(object, findObject(state, object), 'the rollout failed', true);
  // A rollback does not depend on the object in the cluster.
  return { ...step, against: null };
}
