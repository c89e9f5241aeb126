import { createLiveObjects, type LiveRevision } from '../objects/objects.ts';
import { nameFor } from '../objects/names.ts';
import { CORE, type Role, rolesOf } from '../objects/roles.ts';
import type { Target } from '../objects/target.ts';
import { toApplyStep } from './apply-step.ts';
import {
  findLive,
  findObject,
  historyBefore,
  listDeployments,
  type LiveState,
  releaseOf,
} from './live-state.ts';
import { timeoutOf } from '../objects/duration.ts';
import { withPods } from './panel-record.ts';
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
  const [core] = rolesOf(target.settings);
  const max = core.max > core.min ? Math.max(core.max, pods + 1) : pods;
  const settings = withPods(target.settings, core, { min: pods, max });
  return planSize({ ...target, settings }, state, CORE, server);
}

/**
 * Plans the number of pods that the settings name for a role of the live revision, and waits for
 * them.
 *
 * @returns `undefined` if the role has no pods
 */
export function planSize(
  target: Target,
  state: LiveState,
  name: string,
  server: string,
): Plan | undefined {
  const live = findLive(state);
  const role = rolesOf(target.settings).find((each) => each.name === name);
  const own = listDeployments(state).find(
    (each) => each.revision === live?.revision && each.role === name,
  );
  if (!live || !role || !own) return undefined;
  const { namespace } = target;
  const { revision } = live;
  const deployment = own.deployment.metadata.name;
  const steps = planAutoscaler(target, state, live, role);
  // The autoscaler sets the number within its limits.
  const wanted = Math.min(Math.max(own.replicas, role.min), role.max);
  if (own.replicas !== wanted) {
    const reason = `${own.replicas} → ${wanted} pods`;
    steps.push({ kind: 'scale', reason, namespace, deployment, replicas: wanted });
  }
  if (own.ready < wanted)
    steps.push({
      kind: 'wait',
      reason: 'the pods must become ready',
      namespace,
      deployment,
      role: name,
      revision,
      replicas: wanted,
      timeout: timeoutOf(target),
    });
  const release = releaseOf(live);
  return createPlan(target, { server, release, revision, before: revision, steps });
}

/** Writes the autoscaler of a role, or removes one that the role no longer has. */
function planAutoscaler(
  target: Target,
  state: LiveState,
  live: LiveRevision,
  role: Role,
): PlanStep[] {
  const kind = 'HorizontalPodAutoscaler';
  const metadata = { name: nameFor(target, role), namespace: target.namespace };
  const found = findObject(state, { kind, metadata });
  const { others } = createLiveObjects(target, live, historyBefore(state, live.revision));
  const object = others.find((each) => each.kind === kind && each.metadata.name === metadata.name);
  if (!object)
    return found
      ? [
          {
            kind: 'delete',
            reason: 'the number of pods is fixed',
            object: { kind, ...metadata },
            uid: found.metadata.uid!,
          },
        ]
      : [];
  const step = toApplyStep(object, found, `${role.min} to ${role.max} pods`, false);
  return found && step.changes.length === 0 ? [] : [step];
}
