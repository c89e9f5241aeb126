import { GatiError } from '@gati/contract';
import type { Cluster } from '../kube/cluster.ts';
import { kubeError } from '../kube/errors.ts';
import { nameOf, pathOf } from '../kube/kinds.ts';
import { essenceOf } from '../plan/essence.ts';
import { type ApplyStep, type Plan, type PlanStep, toRequest } from '../plan/plan.ts';
import { waitMigrated } from '../rollout/wait-migrated.ts';
import { verify, type Verified } from '../rollout/verify.ts';
import { waitReady, type WaitOptions } from '../rollout/wait-ready.ts';
import { Comparison } from '../canary/comparison.ts';
import { watchCanary, type WatchOptions } from '../canary/watch-canary.ts';

export interface ApplyOptions extends WaitOptions, WatchOptions {
  /** Called before each write. Renews the lease, or throws to stop. */
  beforeWrite?(): Promise<void>;
  /** Called when a step begins. The function that it returns is called when the step is done. */
  onStep?(step: PlanStep): void;
  onVerified?(result: Verified): void;
}

/**
 * Applies a plan: sends its requests in order, and no other requests that write.
 *
 * @returns steps that the cluster may have stored, the error that ended the plan, and whether the
 *   release had passed its checks by then
 */
export async function applyPlan(
  cluster: Cluster,
  plan: Plan,
  options: ApplyOptions,
): Promise<{ sent: PlanStep[]; error?: unknown; isVerified: boolean }> {
  const sent: PlanStep[] = [];
  const last = plan.steps.findLast(({ kind }) => kind === 'verify');
  let isVerified = false;
  const comparison = new Comparison();
  try {
    for (const step of plan.steps) {
      options.onStep?.(step);
      await runStep(cluster, step, { ...options, plan, comparison, sent });
      if (step === last) isVerified = true;
    }
    return { sent, isVerified };
  } catch (error) {
    return { sent, error, isVerified };
  }
}

async function runStep(
  cluster: Cluster,
  step: PlanStep,
  options: ApplyOptions & { plan: Plan; comparison: Comparison; sent: PlanStep[] },
): Promise<void> {
  if (step.kind === 'wait') return await waitReady(cluster, step, options);
  if (step.kind === 'migrate') return await waitMigrated(cluster, step, options);
  if (step.kind === 'watch') return await watchCanary(cluster, step, options);
  if (step.kind === 'verify') return options.onVerified?.(await verify(cluster, step));
  await options.beforeWrite?.();
  if (step.kind === 'apply') await assertUnmoved(cluster, step, options.plan);
  const request = toRequest(step)!;
  // A response can be lost after the cluster has stored the object.
  options.sent.push(step);
  const { status, value } = await cluster.request(request);
  if (status >= 200 && status < 300) return;
  // An earlier try or another tool has deleted the object, so the step is done.
  if (step.kind === 'delete' && (status === 404 || status === 409)) return;
  if (status < 500) options.sent.pop();
  throw kubeError(`Can't ${describeStep(step)}`, status, value);
}

/** Makes sure that an object has not changed since the plan was made. */
async function assertUnmoved(
  cluster: Cluster,
  { object, against }: ApplyStep,
  { steps }: Plan,
): Promise<void> {
  const path = pathOf(object);
  const found = await cluster.get(path);
  const now = found ? essenceOf(found) : null;
  if (now === against) return;
  // A step of this plan has written it, now or in an earlier try.
  const own = steps.flatMap((step) => (step.kind === 'apply' ? [step.object] : []));
  if (found && own.some((each) => pathOf(each) === path && isApplied(found, each))) return;
  throw new GatiError({
    code: 'GATI_DEPLOY_PLAN',
    message: `${nameOf(object)} ${found ? 'was changed' : 'was removed'} after the plan was made.`,
    fix: 'Make a new plan, and check its changes.',
  });
}

function isApplied(
  found: { metadata: { annotations?: Record<string, string> } },
  object: ApplyStep['object'],
): boolean {
  const key = 'gati.dev/applied';
  return found.metadata.annotations?.[key] === object.metadata.annotations?.[key];
}

/** Describes a step in a few words. */
export function describeStep(step: PlanStep): string {
  switch (step.kind) {
    case 'apply':
      return `${step.against === null ? 'create' : 'change'} ${nameOf(step.object)}`;
    case 'scale':
      return `scale Deployment ${step.deployment} to ${step.replicas}`;
    case 'wait':
      return `wait for ${step.replicas} pods of ${step.deployment}`;
    case 'migrate':
      return `wait for the migrations of ${step.job}`;
    case 'watch':
      return `watch ${step.revision} with ${step.share} % of the requests`;
    case 'verify':
      return `ask ${step.url ?? `Service ${step.service}`} for ${step.release}`;
    case 'remove':
      return `remove what was added to ${step.object.kind} ${step.object.name}`;
    case 'delete':
      return `delete ${step.object.kind} ${step.object.name}`;
  }
}
