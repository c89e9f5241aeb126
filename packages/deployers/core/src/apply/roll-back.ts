import type { Cluster, KubeObject } from '../kube/cluster.ts';
import { nameOf, pathOf } from '../kube/kinds.ts';
import { isModule, LABELS } from '../objects/labels.ts';
import { createLiveObjects } from '../objects/objects.ts';
import type { Target } from '../objects/target.ts';
import { toApplyStep } from '../plan/apply-step.ts';
import {
  findObject,
  findRevision,
  historyBefore,
  listDeployments,
  type LiveState,
} from '../plan/live-state.ts';
import { LEADING } from '../plan/make-plan.ts';
import { recordOf } from '../plan/essence.ts';
import {
  type ApplyStep,
  type Plan,
  type PlanStep,
  type ScaleStep,
  toRequest,
} from '../plan/plan.ts';

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
 * @param sent steps that the cluster may have stored
 * @param state the cluster before the deploy
 */
export async function rollBack(
  cluster: Cluster,
  target: Target,
  plan: Plan,
  sent: PlanStep[],
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
  const isSwitched = sent.some(
    (step) =>
      step.kind === 'apply' &&
      ['Service', 'HTTPRoute'].includes(step.object.kind) &&
      !isModule(step.object),
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
    const leading = sent.flatMap((step) =>
      step.kind === 'apply' &&
      step.against === null &&
      LEADING.has(step.object.kind) &&
      !isModule(step.object)
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
  for (const step of undoSizes(sent, plan, state))
    await attempt(describeUndo(step), () => send(step));
  return result;
}

/** Restores the numbers of pods of Deployments that existed before, and the autoscalers. */
function undoSizes(sent: PlanStep[], plan: Plan, state: LiveState): (ApplyStep | ScaleStep)[] {
  const before = new Map(
    listDeployments(state).map(({ deployment, replicas }) => [deployment.metadata.name, replicas]),
  );
  const changed = new Set(sent.flatMap((step) => (step.kind === 'scale' ? [step.deployment] : [])));
  const scaled = [...changed].flatMap((deployment): ScaleStep[] => {
    const replicas = before.get(deployment);
    if (replicas === undefined) return [];
    const { namespace } = plan;
    return [{ kind: 'scale', reason: 'the rollout failed', namespace, deployment, replicas }];
  });
  // Another revision has its own autoscalers, which were restored with its Service.
  if (plan.before !== plan.revision) return scaled;
  const autoscalers = sent.flatMap((step): ApplyStep[] => {
    if (step.kind !== 'apply' || step.object.kind !== 'HorizontalPodAutoscaler') return [];
    const found = findObject(state, step.object);
    const record = found && recordOf(found);
    return record ? [toStep(record, state)] : [];
  });
  return [...autoscalers, ...scaled];
}

const describeUndo = (step: ApplyStep | ScaleStep): string =>
  step.kind === 'scale'
    ? `scale ${step.deployment} back to ${step.replicas}`
    : `restore ${nameOf(step.object)}`;

/** A Job that failed stays, with its log, until the next deploy. */
const isOfRevision = (object: KubeObject): boolean =>
  object.kind === 'Deployment' ||
  isModule(object) ||
  (object.kind === 'ConfigMap' && object.metadata.labels?.[LABELS.revision] !== undefined);

function toStep(object: ApplyStep['object'], state: LiveState): ApplyStep {
  const step = toApplyStep(object, findObject(state, object), 'the rollout failed', true);
  // A rollback does not depend on the object in the cluster.
  return { ...step, against: null };
}
