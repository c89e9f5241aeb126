import type { KubeObject } from '../kube/cluster.ts';
import { pathOf } from '../kube/kinds.ts';
import { hasWeights } from '../objects/edge-route.ts';
import { deploymentName } from '../objects/names.ts';
import { createLiveObjects, type LiveRevision } from '../objects/objects.ts';
import { CORE, isServing, type Role } from '../objects/roles.ts';
import type { Target } from '../objects/target.ts';
import { toApplyStep } from './apply-step.ts';
import { toMilliseconds } from '../objects/duration.ts';
import { findObject, historyBefore, listDeployments, type LiveState } from './live-state.ts';
import type { ApplyStep, PlanStep, ScaleStep, WaitStep } from './plan.ts';

const STEPS = [1, 10, 50];
const DURATION = '2m';

/** A new revision of some roles, and the final number of pods of each role. */
export interface CanaryPods {
  role: Role;
  wanted: number;
}

export interface CanaryPlan {
  steps: PlanStep[];
  /** Pods of each role at the end of the steps. Empty if a gateway divides the requests. */
  sizes: Map<string, number>;
  /** Paths of objects that the steps write. */
  written: Set<string>;
}

/**
 * Plans the steps in which a new revision gets more and more of the requests: by weights of a
 * gateway, else by the numbers of pods, which a Service treats equally.
 */
export function planCanary(
  target: Target,
  state: LiveState,
  live: LiveRevision,
  { revision, pods, timeout }: { revision: string; pods: CanaryPods[]; timeout: number },
): CanaryPlan {
  const serving = pods.filter(({ role }) => isServing(role));
  const isWeighted = hasWeights(target.settings);
  const history = historyBefore(state, live.revision);
  const plan: CanaryPlan = { steps: [], sizes: new Map(), written: new Set() };
  const lead = (object: KubeObject, share: number): ApplyStep => {
    plan.written.add(pathOf(object));
    const reason = `${share} % of the requests go to ${revision}`;
    return toApplyStep(object, findObject(state, object), reason, false);
  };
  for (const wish of target.settings.rollout?.canary?.steps ?? STEPS) {
    const sizes = isWeighted ? undefined : sizesFor(state, live.revision, serving, wish);
    if (sizes && isSame(sizes, plan.sizes)) continue;
    const share = sizes ? sharesOf(state, live.revision, sizes) : wish;
    const { service, others } = createLiveObjects(target, live, history, { revision, share });
    const objects = [...others, service].filter(({ kind }) => isLeading(kind, isWeighted));
    // Services of counted pods do not change from step to step.
    const isFirst = plan.written.size === 0;
    plan.steps.push(
      ...(sizes ? resize(target, { sizes, revision, timeout }) : []),
      ...(isFirst || isWeighted ? objects.map((object) => lead(object, share)) : []),
      {
        kind: 'watch',
        reason: 'no route may do worse than in the live release',
        namespace: target.namespace,
        revision,
        before: live.revision,
        share,
        duration: toMilliseconds(target.settings.rollout?.canary?.duration ?? DURATION),
      },
    );
    for (const [role, size] of sizes ?? []) plan.sizes.set(role, size);
  }
  return plan;
}

const isLeading = (kind: string, isWeighted: boolean): boolean =>
  kind === 'Service' || (kind === 'HTTPRoute' && isWeighted);

const isSame = (a: Map<string, number>, b: Map<string, number>): boolean =>
  [...a].every(([role, size]) => b.get(role) === size);

/** Returns how many pods of each role give the new revision about that share; one at least. */
function sizesFor(
  state: LiveState,
  live: string,
  pods: CanaryPods[],
  share: number,
): Map<string, number> {
  return new Map(
    pods.map(({ role, wanted }) => {
      const serving = podsOf(state, role.name, live);
      const size = Math.max(1, Math.round((serving * share) / (100 - share)));
      // A role that the live revision does not have gets no share of another.
      return [role.name, serving === 0 ? wanted : Math.min(size, wanted)];
    }),
  );
}

/** Returns the share of the requests that the core's pods get, in percent. */
function sharesOf(state: LiveState, live: string, sizes: Map<string, number>): number {
  const size = sizes.get(CORE) ?? 1;
  return Math.round((100 * size) / (size + podsOf(state, CORE, live)));
}

const podsOf = (state: LiveState, role: string, revision: string): number =>
  listDeployments(state).find((each) => each.role === role && each.revision === revision)
    ?.replicas ?? 0;

function resize(
  target: Target,
  { sizes, revision, timeout }: { sizes: Map<string, number>; revision: string; timeout: number },
): PlanStep[] {
  const { namespace } = target;
  const all = [...sizes].map(([role, replicas]): [ScaleStep, WaitStep] => {
    const deployment = deploymentName(target, role, revision);
    const common = { namespace, deployment, replicas };
    return [
      { kind: 'scale', reason: 'the number of pods sets the share of requests', ...common },
      {
        kind: 'wait',
        reason: 'requests go to pods that are ready',
        ...common,
        role,
        revision,
        timeout,
      },
    ];
  });
  return [...all.map(([scale]) => scale), ...all.map(([, wait]) => wait)];
}
