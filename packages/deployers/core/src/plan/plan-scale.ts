import { createLiveObjects, type LiveRevision } from '../objects/objects.ts';
import { CORE, rolesOf } from '../objects/roles.ts';
import type { Target } from '../objects/target.ts';
import { toApplyStep } from './apply-step.ts';
import { findLive, findObject, historyBefore, type LiveState, releaseOf } from './live-state.ts';
import { timeoutOf } from '../objects/duration.ts';
import { createPlan, type Plan, type PlanStep } from './plan.ts';

/**
 * Plans another number of pods for the live revision. With an autoscaler, it becomes the minimum.
 *
 * @returns `undefined` if nothing is deployed
 */
export function planScale(
  target: Target,
  state: LiveState,
  pods: number,
  server: string,
): Plan | undefined {
  const live = findLive(state);
  if (!live) return undefined;
  const { namespace } = target;
  const { revision } = live;
  const deployment = live.deployment.metadata.name;
  const steps: PlanStep[] = [];
  const autoscaler = scaledAutoscaler(target, state, live, pods);
  if (autoscaler) steps.push(autoscaler);
  if (live.replicas < pods || (!autoscaler && live.replicas !== pods)) {
    const reason = `${live.replicas} → ${pods} pods`;
    steps.push({ kind: 'scale', reason, namespace, deployment, replicas: pods });
  }
  if (live.ready < pods)
    steps.push({
      kind: 'wait',
      reason: 'the pods must become ready',
      namespace,
      deployment,
      role: CORE,
      revision,
      replicas: pods,
      timeout: timeoutOf(target),
    });
  const release = releaseOf(live);
  return createPlan(target, { server, release, revision, before: revision, steps });
}

function scaledAutoscaler(
  target: Target,
  state: LiveState,
  live: LiveRevision,
  pods: number,
): PlanStep | undefined {
  const { settings } = target;
  const [{ min, max }] = rolesOf(settings);
  if (max <= min) return undefined;
  const scale = { ...settings.scale, min: pods, max: Math.max(max, pods + 1) };
  const { others } = createLiveObjects(
    { ...target, settings: { ...settings, scale } },
    live,
    historyBefore(state, live.revision),
  );
  const object = others.find(
    ({ kind, metadata }) => kind === 'HorizontalPodAutoscaler' && metadata.name === target.app,
  )!;
  const found = findObject(state, object);
  const step = toApplyStep(object, found, `${pods} pods at least`, false);
  return found && step.changes.length === 0 ? undefined : step;
}
