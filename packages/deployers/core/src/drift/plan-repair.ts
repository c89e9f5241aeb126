import type { KubeObject } from '../kube/cluster.ts';
import { CORE, rolesOf } from '../objects/roles.ts';
import { LABELS } from '../objects/labels.ts';
import type { Target } from '../objects/target.ts';
import { toApplyStep } from '../plan/apply-step.ts';
import { findLive, findObject, type LiveState, releaseOf } from '../plan/live-state.ts';
import { timeoutOf } from '../objects/duration.ts';
import { planVerify } from '../plan/make-plan.ts';
import { createPlan, type Plan, type PlanStep } from '../plan/plan.ts';
import type { Drift } from './find-drift.ts';

/** Plans to apply again what was changed, and to replace the values of other tools. */
export function planRepair(target: Target, state: LiveState, drift: Drift[], server: string): Plan {
  const live = findLive(state)!;
  const { revision } = live;
  const { namespace } = target;
  const deployment = live.deployment.metadata.name;
  const isReplicas = ({ path }: Drift): boolean => path === 'spec.replicas';
  const objects = new Map<string, KubeObject>(
    drift
      .filter((each) => !isReplicas(each) && each.added === undefined)
      .map(({ object, desired }) => [object, desired]),
  );
  const steps = [...objects].map(([name, object]): PlanStep => {
    const changes = drift
      .filter((each) => each.object === name && each.path !== '')
      .map(({ path, actual, applied }) => ({ path, before: actual, after: applied }));
    const found = findObject(state, object);
    return { ...toApplyStep(object, found, 'another tool changed it', true), changes };
  });
  steps.push(...planRemovals(target, drift));
  const sizes = drift.filter(isReplicas).map(({ desired: { metadata }, actual, applied }) => ({
    reason: `${String(actual)} → ${String(applied)} pods`,
    deployment: metadata.name,
    role: metadata.labels?.[LABELS.role] ?? CORE,
    replicas: applied as number,
  }));
  for (const { role: _, ...size } of sizes) steps.push({ kind: 'scale', namespace, ...size });
  const core = { deployment, role: CORE, replicas: live.replicas };
  const isSized = sizes.some((each) => each.deployment === deployment);
  for (const each of isSized ? sizes : [...sizes, core])
    steps.push({
      kind: 'wait',
      ...each,
      reason: 'the pods must be ready',
      namespace,
      revision,
      timeout: timeoutOf(target),
    });
  steps.push(...planVerify(target, { id: live.release }, rolesOf(target.settings), 'it responds'));
  const release = releaseOf(live);
  return createPlan(target, { server, release, revision, before: revision, steps });
}

/**
 * Removes values that other tools added. Removes the last item of a list first, so that the indexes
 * of the others stay.
 */
function planRemovals({ namespace }: Target, drift: Drift[]): PlanStep[] {
  const objects = new Map<string, Drift[]>();
  for (const each of drift)
    if (each.added !== undefined)
      objects.set(each.object, [...(objects.get(each.object) ?? []), each]);
  return [...objects.values()].map((all) => ({
    kind: 'remove',
    reason: 'another tool added it',
    object: { kind: all[0]!.kind, name: all[0]!.desired.metadata.name, namespace },
    patch: [...all]
      .reverse()
      .flatMap(({ added, actual }) => [
        { op: 'test', path: added!, value: actual } as const,
        { op: 'remove', path: added! } as const,
      ]),
  }));
}
