import { createLiveObjects } from '../objects/objects.ts';
import { CORE, rolesOf } from '../objects/roles.ts';
import type { Target } from '../objects/target.ts';
import { differences, essenceOf, withRecord } from './essence.ts';
import {
  findObject,
  listRevisions,
  liveRevision,
  type LiveState,
  revisionHistory,
} from './live-state.ts';
import { timeoutOf } from './make-plan.ts';
import { type Plan, PLAN_FORMAT, type PlanStep } from './plan.ts';

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
  const revision = liveRevision(state);
  const live = listRevisions(state).find((each) => each.revision === revision);
  if (revision === undefined || !live) return undefined;
  const { namespace } = target;
  const deployment = live.deployment.metadata.name;
  const steps: PlanStep[] = [];
  const autoscaler = scaledAutoscaler(target, state, revision, pods);
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
  return {
    format: PLAN_FORMAT,
    app: target.app,
    environment: target.environment,
    namespace,
    server,
    release: { id: live.release, version: live.version, image: live.image },
    revision,
    before: revision,
    steps,
  };
}

function scaledAutoscaler(
  target: Target,
  state: LiveState,
  revision: string,
  pods: number,
): PlanStep | undefined {
  const { settings } = target;
  const [{ min, max }] = rolesOf(settings);
  if (max <= min) return undefined;
  const scale = { ...settings.scale, min: pods, max: Math.max(max, pods + 1) };
  const history = revisionHistory(state).filter((each) => each !== revision);
  const { others } = createLiveObjects(
    { ...target, settings: { ...settings, scale } },
    revision,
    history,
  );
  const object = others.find(
    ({ kind, metadata }) => kind === 'HorizontalPodAutoscaler' && metadata.name === target.app,
  )!;
  const found = findObject(state, object);
  const changes = found ? differences(object, found) : [];
  if (found && changes.length === 0) return undefined;
  return {
    kind: 'apply',
    reason: `${pods} pods at least`,
    object: withRecord(object),
    against: found ? essenceOf(found) : null,
    changes,
    force: false,
  };
}
