import { createObjects } from '../objects/objects.ts';
import type { Target } from '../objects/target.ts';
import { recordOf } from './essence.ts';
import { listDeployments, type LiveState, releaseOf, type Revision } from './live-state.ts';
import { makePlan, type PlanOptions } from './make-plan.ts';
import { appliedModules } from './plan-modules.ts';
import type { Plan } from './plan.ts';

/**
 * Plans the deploy of a revision that is in the cluster, as it was applied. Later edits are reverted,
 * or reported as a conflict.
 */
export function planRevision(
  target: Target,
  state: LiveState,
  found: Revision,
  options: PlanOptions,
): Plan {
  const { revision } = found;
  const facts = releaseOf(found);
  const { namespace, foundation } = createObjects(target, facts);
  const deployments = listDeployments(state)
    .filter((each) => each.revision === revision)
    .flatMap(({ deployment }) => recordOf(deployment) ?? []);
  const modules = appliedModules(state, found);
  const desired = { revision, namespace, foundation, modules, deployments };
  return makePlan(target, facts, desired, state, options);
}
