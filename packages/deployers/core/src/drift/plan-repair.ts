import type { KubeObject } from '../kube/cluster.ts';
import { CORE, rolesOf } from '../objects/roles.ts';
import type { Target } from '../objects/target.ts';
import { essenceOf, withRecord } from '../plan/essence.ts';
import { findObject, listRevisions, liveRevision, type LiveState } from '../plan/live-state.ts';
import { timeoutOf } from '../plan/make-plan.ts';
import { type Plan, PLAN_FORMAT, type PlanStep } from '../plan/plan.ts';
import type { Drift } from './find-drift.ts';

/** Plans to apply again what was changed, and to replace the values of other tools. */
export function planRepair(target: Target, state: LiveState, drift: Drift[], server: string): Plan {
  const revision = liveRevision(state)!;
  const live = listRevisions(state).find((each) => each.revision === revision)!;
  const { namespace } = target;
  const deployment = live.deployment.metadata.name;
  const isReplicas = ({ path }: Drift): boolean => path === 'spec.replicas';
  const objects = new Map<string, KubeObject>(
    drift.filter((each) => !isReplicas(each)).map(({ object, desired }) => [object, desired]),
  );
  const steps = [...objects].map(([name, object]): PlanStep => {
    const found = findObject(state, object);
    const changes = drift
      .filter((each) => each.object === name && each.path !== '')
      .map(({ path, actual, applied }) => ({ path, before: actual, after: applied }));
    return {
      kind: 'apply',
      reason: 'another tool changed it',
      object: withRecord(object),
      against: found ? essenceOf(found) : null,
      changes,
      force: true,
    };
  });
  const replicas = drift.some(isReplicas) ? rolesOf(target.settings)[0].min : live.replicas;
  if (replicas !== live.replicas)
    steps.push({
      kind: 'scale',
      reason: `${live.replicas} → ${replicas} pods`,
      namespace,
      deployment,
      replicas,
    });
  steps.push({
    kind: 'wait',
    reason: 'the pods must be ready',
    namespace,
    deployment,
    role: CORE,
    revision,
    replicas,
    timeout: timeoutOf(target),
  });
  const release = { id: live.release, version: live.version, image: live.image };
  return {
    format: PLAN_FORMAT,
    app: target.app,
    environment: target.environment,
    namespace,
    server,
    release,
    revision,
    before: revision,
    steps,
  };
}
