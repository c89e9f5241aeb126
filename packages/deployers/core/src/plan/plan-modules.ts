import type { KubeObject } from '../kube/cluster.ts';
import { timeoutOf } from '../objects/duration.ts';
import { setId } from '../objects/identity.ts';
import { isModule, LABELS } from '../objects/labels.ts';
import type { ModuleObjects, ModulePods } from '../objects/modules.ts';
import type { IsolatedRelease, Target } from '../objects/target.ts';
import { recordOf } from './essence.ts';
import { findRevision, listDeployments, type LiveState, type Revision } from './live-state.ts';
import type { PlanStep } from './plan.ts';

type Apply = (object: KubeObject, reason: string) => PlanStep[];

/** Starts the pods of the modules that a release calls. All of them start at the same time. */
export function planModules(
  target: Target,
  modules: ModuleObjects[],
  state: LiveState,
  apply: Apply,
): PlanStep[] {
  const { namespace } = target;
  const starts: PlanStep[] = [];
  const waits: PlanStep[] = [];
  for (const { name, min, max, objects } of modules) {
    const found = findPods(state, name);
    const { replicas = 1, ready = 0 } = found ?? {};
    const wanted = Math.min(Math.max(replicas, min), max);
    const deployment = objects.find(({ kind }) => kind === 'Deployment');
    starts.push(
      ...objects.flatMap((object) => apply(object, 'the release calls the module')),
      // An autoscaler that the settings no longer need would undo the next step.
      ...state.objects
        .filter((object) => object.metadata.labels?.[LABELS.module] === name)
        .filter((object) => !objects.some(({ kind }) => kind === object.kind))
        .map((object) => toDelete(target, object, 'the module no longer has it')),
    );
    if (replicas !== wanted)
      starts.push({
        kind: 'scale',
        reason: `${replicas} → ${wanted} pods`,
        namespace,
        deployment: name,
        replicas: wanted,
      });
    if (ready >= wanted) continue;
    const { [LABELS.role]: role = '', [LABELS.revision]: revision = '' } =
      deployment?.metadata.labels ?? {};
    waits.push({
      kind: 'wait',
      reason: 'the release calls the module',
      namespace,
      deployment: name,
      role,
      revision,
      replicas: wanted,
      timeout: timeoutOf(target),
    });
  }
  return [...starts, ...waits];
}

/**
 * Ends the pods of modules that only earlier revisions call. Removes modules that no revision
 * calls.
 *
 * @param revisions earlier ones that still serve, and those that a rollback can return to
 */
export function planModulesEnd(
  target: Target,
  own: ModulePods[],
  state: LiveState,
  revisions: { serving: string[]; kept: string[] },
): PlanStep[] {
  const { namespace } = target;
  const namesOf = (all: string[]): string[] =>
    all.flatMap((revision) => findRevision(state, revision)?.modulePods ?? []).map(toName);
  const serving = new Set([...own.map(toName), ...namesOf(revisions.serving)]);
  const kept = new Set([...serving, ...namesOf(revisions.kept)]);
  const steps: PlanStep[] = [];
  for (const object of state.objects.filter(isModule)) {
    const { kind, metadata } = object;
    const { name, labels = {} } = metadata;
    if (labels[LABELS.partOf] !== setId(target)) continue;
    if (!kept.has(name)) steps.push(toDelete(target, object, 'no release calls the module'));
    else if (kind === 'Deployment' && !serving.has(name) && findPods(state, name)!.replicas > 0)
      steps.push({
        kind: 'scale',
        reason: 'only a release that is no longer live calls the module',
        namespace,
        deployment: name,
        replicas: 0,
      });
  }
  return steps;
}

/** Returns the modules of a revision in the cluster, as they were applied. */
export const appliedModules = (state: LiveState, { modulePods = [] }: Revision): ModuleObjects[] =>
  modulePods.map((pods) => ({
    ...pods,
    objects: state.objects
      .filter((object) => isModule(object) && object.metadata.name === pods.name)
      .flatMap((object) => recordOf(object) ?? []),
  }));

/**
 * Returns the modules that older releases with separate pods call and the live release does not
 * call. The pods of these modules may have ended meanwhile.
 */
export function modulesBeside(
  state: LiveState,
  isolated: IsolatedRelease[],
  own: ModulePods[],
): ModuleObjects[] {
  const found = isolated.flatMap(({ revision }) => findRevision(state, revision) ?? []);
  const others = new Map(
    found.flatMap((each) => appliedModules(state, each)).map((each) => [each.name, each]),
  );
  for (const { name } of own) others.delete(name);
  return [...others.values()].filter(({ objects }) => objects.length > 0);
}

const toDelete = (
  { namespace }: Target,
  { kind, metadata: { name, uid } }: KubeObject,
  reason: string,
): PlanStep => ({ kind: 'delete', reason, object: { kind, name, namespace }, uid: uid! });

const toName = ({ name }: ModulePods): string => name;

const findPods = (state: LiveState, name: string): Revision | undefined =>
  listDeployments(state).find(({ deployment }) => deployment.metadata.name === name);
