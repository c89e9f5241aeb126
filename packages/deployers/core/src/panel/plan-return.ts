import type { Target } from '../objects/target.ts';
import { nameOf } from '../kube/kinds.ts';
import { recordOf } from '../plan/essence.ts';
import { findLive, findRevision, type LiveState, type Revision } from '../plan/live-state.ts';
import { LEADING } from '../plan/make-plan.ts';
import type { Plan, PlanStep } from '../plan/plan.ts';
import { planRevision } from '../plan/plan-revision.ts';
import { changeError } from './change-error.ts';

/**
 * Plans to return to an earlier revision with the rights of the panel, which can't change what pods
 * run.
 *
 * @throws {GatiError} GATI_OPERATE when `gati-deploy rollback` must do it
 */
export function planReturn(
  target: Target,
  state: LiveState,
  revision: string,
  server: string,
): { plan: Plan; found: Revision; before: Revision } {
  const before = findLive(state);
  const found = findRevision(state, revision);
  if (!before || !found || found.revision === before.revision || !recordOf(found.deployment))
    throw changeError('the cluster has no such earlier release');
  const plan = planRevision(target, state, found, { server, force: false });
  const steps = plan.steps.filter(isAllowed);
  return { plan: { ...plan, steps }, found, before };
}

/**
 * Whether the panel runs a step. The next deploy writes objects that all releases share, and
 * deletes unused ones.
 */
function isAllowed(step: PlanStep): boolean {
  if (step.kind === 'scale' || step.kind === 'wait') return true;
  if (step.kind === 'apply' && step.object.kind === 'Deployment')
    throw changeError(
      `${nameOf(step.object)} must be written, which needs \`gati-deploy rollback\``,
    );
  return step.kind === 'apply' && LEADING.has(step.object.kind);
}
