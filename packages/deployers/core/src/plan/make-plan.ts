import type { KubeObject } from '../kube/cluster.ts';
import { nameOf, pathOf } from '../kube/kinds.ts';
import { setId } from '../objects/identity.ts';
import { EXTERNAL_SECRET, externalSecretName } from '../objects/external-secret.ts';
import { createLiveObjects, type DesiredObjects, type LiveRevision } from '../objects/objects.ts';
import { LABELS } from '../objects/labels.ts';
import { deploymentName, nameFor, panelName } from '../objects/names.ts';
import { CORE, isServing, ISOLATED, type Role, rolesOf, workOf } from '../objects/roles.ts';
import type { ReleaseFacts, Target } from '../objects/target.ts';
import { toApplyStep } from './apply-step.ts';
import { timeoutOf } from '../objects/duration.ts';
import { isCurrent } from './essence.ts';
import {
  canaryRevision,
  findLive,
  findObject,
  listDeployments,
  liveRevision,
  type LiveState,
  historyBefore,
} from './live-state.ts';
import { isModule } from '../objects/labels.ts';
import { modulesBeside, planModules, planModulesEnd } from './plan-modules.ts';
import { planIsolated } from './isolated.ts';
import { type CanaryPlan, type CanaryPods, planCanary } from './plan-canary.ts';
import { type ApplyStep, createPlan, type Plan, type PlanStep } from './plan.ts';

export interface PlanOptions {
  server: string;
  /** Whether to replace values that other tools own. */
  force: boolean;
  /** Whether requests move step by step, if the settings have steps. */
  isGradual?: boolean;
}

/** Kinds of objects that refer to pods. */
export const LEADING: ReadonlySet<string> = new Set([
  'HTTPRoute',
  'Ingress',
  'Service',
  'PodDisruptionBudget',
  'HorizontalPodAutoscaler',
]);
const KEEP = 3;

/**
 * Plans a deploy: first the new pods beside the old ones, then the objects that refer to them, then
 * the end of the old pods. A plan without steps changes nothing.
 */
export function makePlan(
  target: Target,
  release: ReleaseFacts,
  desired: Omit<DesiredObjects, 'live'>,
  state: LiveState,
  options: PlanOptions,
): Plan {
  const { revision, deployments } = desired;
  const before = liveRevision(state);
  const history = historyBefore(state, revision);
  const live = createLiveObjects(
    target,
    { ...release, revision },
    history.slice(0, keepOf(target)),
  );
  const apply = (object: KubeObject, reason: string): ApplyStep[] => {
    const found = object.kind === 'Namespace' ? state.namespace : findObject(state, object);
    return isCurrent(found, object) ? [] : [toApplyStep(object, found, reason, options.force)];
  };
  const roles = rolesOf(target.settings).flatMap((role) => {
    const name = deploymentName(target, role.name, revision);
    // A revision of other settings may lack a role.
    const deployment = deployments.find(({ metadata }) => metadata.name === name);
    return deployment ? [{ role, deployment, wanted: wantedPods(role, state) }] : [];
  });
  const canary = canaryOf(target, state, { revision, pods: roles, isGradual: options.isGradual });
  const isTouched = (object: KubeObject): boolean => canary?.written.has(pathOf(object)) ?? false;
  const planned = roles.flatMap(({ role, deployment, wanted }) => {
    const applied = apply(deployment, `the pods of the release that ${workOf(role)}`);
    const size = canary?.sizes.get(role.name);
    return planPods(target, role, { revision, wanted, size }, state, applied);
  });
  // The pods of all roles start at the same time.
  const only = (...kinds: PlanStep['kind'][]): PlanStep[] =>
    planned.filter(({ kind }) => kinds.includes(kind));
  const isCounted = canary !== undefined && canary.sizes.size > 0;
  const pods = isCounted
    ? [...only('apply'), ...canary.steps, ...only('scale'), ...only('wait')]
    : [...only('apply', 'scale'), ...only('wait'), ...(canary?.steps ?? [])];
  const lead = (object: KubeObject, reason: string): ApplyStep[] =>
    isTouched(object)
      ? [toApplyStep(object, findObject(state, object), reason, options.force)]
      : apply(object, reason);
  const verb =
    before === undefined || before === revision ? 'leads requests to' : 'moves requests to';
  const switching = [
    ...byKind(live.others, true).flatMap((object) => lead(object, `${verb} ${revision}`)),
    ...lead(live.service, `${verb} ${revision}`),
    ...byKind(live.others, false).flatMap((object) => lead(object, `goes with ${revision}`)),
  ];
  const steps: PlanStep[] = [
    ...(state.namespace ? [] : apply(desired.namespace, 'the namespace is missing')),
    ...desired.foundation.flatMap((object) => apply(object, 'every release needs it')),
    ...(desired.contract ? apply(desired.contract, 'the next deploy compares with it') : []),
    ...(desired.migration && before !== revision
      ? planMigration(target, state, desired.migration, revision)
      : []),
    ...endOtherCanary(target, state, revision),
    ...planModules(
      target,
      [...desired.modules, ...modulesBeside(state, release.isolated ?? [], desired.modules)],
      state,
      apply,
    ),
    ...pods,
    ...planIsolated(target, state, release.isolated ?? [], rolesOf(target.settings)[0]),
    ...switching,
    ...(pods.length > 0 || switching.length > 0
      ? planVerify(target, release, rolesOf(target.settings), 'the release responds')
      : []),
    ...planEnd(target, { ...release, revision }, [live.service, ...live.others], history, state),
    ...planModulesEnd(target, desired.modules, state, {
      serving: (release.isolated ?? []).map((each) => each.revision),
      kept: history.slice(0, keepOf(target)),
    }),
  ];
  const { server } = options;
  return createPlan(target, { server, release, revision, before: before ?? null, steps });
}

/** Services first: the core passes requests to those of domains. */
const byKind = (objects: KubeObject[], isService: boolean): KubeObject[] =>
  objects.filter(({ kind }) => (kind === 'Service') === isService);

/** Requests the release through the Services of domains, then through that of the core. */
export function planVerify(
  target: Target,
  release: Pick<ReleaseFacts, 'id'>,
  roles: Role[],
  reason: string,
): PlanStep[] {
  const [core, ...others] = roles.filter(isServing);
  return [...others, core!].map((role) => ({
    kind: 'verify',
    reason,
    namespace: target.namespace,
    service: nameFor(target, role),
    release: release.id,
    url: role === core ? (target.settings.url ?? null) : null,
  }));
}

/** Migrates the database, once for each revision. A Job that failed is replaced. */
function planMigration(
  target: Target,
  state: LiveState,
  object: KubeObject,
  revision: string,
): PlanStep[] {
  const found = findObject(state, object);
  const { succeeded = 0, failed = 0 } = (found?.['status'] ?? {}) as Record<string, number>;
  if (succeeded > 0) return [];
  const { namespace } = target;
  const { name, uid } = found?.metadata ?? {};
  const isFailed = failed > 0;
  const reason = 'the release needs the schema of its migrations';
  return [
    ...(isFailed
      ? [
          {
            kind: 'delete',
            reason: 'the last try failed',
            object: { kind: object.kind, name: name!, namespace },
            uid: uid!,
          } as const,
        ]
      : []),
    ...(found && !isFailed ? [] : [toApplyStep(object, undefined, reason, false)]),
    {
      kind: 'migrate',
      reason,
      namespace,
      job: object.metadata.name,
      revision,
      timeout: timeoutOf(target),
    },
  ];
}

function canaryOf(
  target: Target,
  state: LiveState,
  {
    revision,
    pods,
    isGradual,
  }: { revision: string; pods: CanaryPods[]; isGradual: boolean | undefined },
): CanaryPlan | undefined {
  const live = findLive(state);
  // A canary needs an old release to compare with.
  if (!isGradual || !target.settings.rollout?.canary || !live) return undefined;
  if (live.revision === revision || live.ready === 0) return undefined;
  return planCanary(target, state, live, { revision, pods, timeout: timeoutOf(target) });
}

/** Ends the requests to a stopped canary before another revision has any pods. */
function endOtherCanary(target: Target, state: LiveState, revision: string): PlanStep[] {
  const other = canaryRevision(state);
  const live = findLive(state);
  if (other === undefined || other === revision || !live || live.revision === revision) return [];
  const { service, others } = createLiveObjects(target, live, historyBefore(state, live.revision));
  return [...others, service]
    .filter(({ kind }) => kind === 'Service' || kind === 'HTTPRoute')
    .map((object) => {
      const found = findObject(state, object);
      return toApplyStep(object, found, `the canary ${other} was stopped`, false);
    });
}

/** Returns the number of pods of a new revision, which never falls below that of the live one. */
function wantedPods({ name, min, max }: Role, state: LiveState): number {
  if (max <= min) return min;
  const live = liveRevision(state);
  const serving = listDeployments(state).find(
    ({ role, revision }) => role === name && revision === live,
  );
  return Math.min(Math.max(min, serving?.replicas ?? min), max);
}

/**
 * Starts the pods of a role.
 *
 * @param size number of pods that earlier steps leave
 */
function planPods(
  target: Target,
  { name: role, min, max }: Role,
  { revision, wanted, size }: { revision: string; wanted: number; size: number | undefined },
  state: LiveState,
  applied: PlanStep[],
): PlanStep[] {
  const live = liveRevision(state);
  const all = listDeployments(state).filter((each) => each.role === role);
  const own = all.find((each) => each.revision === revision);
  const isScaled = max > min;
  const current = size ?? own?.replicas ?? 1;
  // The autoscaler of the live revision decides how many pods it has.
  const isEnough = isScaled && revision === live ? current >= min : current === wanted;
  const { namespace } = target;
  const deployment = deploymentName(target, role, revision);
  const reason = `${current} → ${wanted} pods`;
  const scale: PlanStep[] = isEnough
    ? []
    : [{ kind: 'scale', reason, namespace, deployment, replicas: wanted }];
  const isReady = own !== undefined && own.ready >= Math.min(wanted, own.replicas) && own.ready > 0;
  if (applied.length === 0 && scale.length === 0 && isReady) return [];
  return [
    ...applied,
    ...scale,
    {
      kind: 'wait',
      reason: role === CORE ? 'requests go to pods that are ready' : 'the release needs its pods',
      namespace,
      deployment,
      role,
      revision,
      replicas: isEnough ? current : wanted,
      timeout: timeoutOf(target),
    },
  ];
}

/** Ends the pods of other revisions, and removes what the app no longer has. */
function planEnd(
  target: Target,
  { revision, isolated = [] }: LiveRevision,
  others: KubeObject[],
  history: string[],
  state: LiveState,
): PlanStep[] {
  const own = new Set(isolated.map((each) => each.revision));
  const kept = new Set([revision, ...own, ...history.slice(0, keepOf(target))]);
  const { namespace } = target;
  const old = listDeployments(state).filter((each) => each.revision !== revision);
  const scaled = old
    .filter((each) => each.replicas > 0 && kept.has(each.revision))
    .filter((each) => each.role !== ISOLATED)
    .map(({ deployment, version }): PlanStep => ({
      kind: 'scale',
      reason: `${version} is no longer live; a rollback can return to it`,
      namespace,
      deployment: deployment.metadata.name,
      replicas: 0,
    }));
  // Contracts and Jobs too.
  const ownObjects = state.objects.filter((object) => !isModule(object));
  const gone = ownObjects.filter(({ kind, metadata }) => {
    const its = metadata.labels?.[LABELS.revision];
    if (LEADING.has(kind) || its === undefined) return false;
    const isIsolated = metadata.labels?.[LABELS.role] === ISOLATED;
    return isIsolated ? !own.has(its) : !kept.has(its);
  });
  // Finds autoscalers and budgets that the settings no longer need.
  const names = new Set(others.map(nameOf));
  const unused = ownObjects.filter((each) => LEADING.has(each.kind) && !names.has(nameOf(each)));
  // Keeps the Secret with the accounts.
  const panel = target.settings.panel
    ? []
    : state.objects.filter(
        ({ kind, metadata }) => kind !== 'Secret' && metadata.name === panelName(target),
      );
  const secrets = unusedSecrets(target, state, kept);
  const deleted = [...new Set([...unused, ...gone, ...panel, ...secrets])]
    .filter(({ metadata }) => metadata.labels?.[LABELS.partOf] === setId(target))
    .map(({ kind, metadata }): PlanStep => ({
      kind: 'delete',
      reason: 'the app no longer has it',
      object: { kind, name: metadata.name, namespace },
      uid: metadata.uid!,
    }));
  return [...scaled, ...deleted];
}

/** Returns the objects of the secret store that no pod of a kept revision refers to. */
function unusedSecrets(target: Target, state: LiveState, kept: Set<string>): KubeObject[] {
  const used = listDeployments(state)
    .filter(({ revision }) => kept.has(revision))
    .map(({ deployment }) => JSON.stringify(deployment['spec']));
  const own = externalSecretName(target);
  return state.objects.filter(
    ({ kind, metadata: { name } }) =>
      kind === EXTERNAL_SECRET && name !== own && !used.some((text) => text.includes(`"${name}"`)),
  );
}

const keepOf = ({ settings }: Target): number => settings.rollout?.keep ?? KEEP;
