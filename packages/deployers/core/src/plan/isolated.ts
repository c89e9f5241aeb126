import { GatiError } from '@gati/contract';
import type { KubeObject } from '../kube/cluster.ts';
import { timeoutOf } from '../objects/duration.ts';
import { LABELS } from '../objects/labels.ts';
import { isolatedName } from '../objects/names.ts';
import { withoutCluster } from '../objects/pod-template.ts';
import { ISOLATED, type Role } from '../objects/roles.ts';
import type { IsolatedRelease, Target } from '../objects/target.ts';
import { toApplyStep } from './apply-step.ts';
import { isCurrent, recordOf } from './essence.ts';
import {
  findObject,
  findRevision,
  listRevisions,
  type LiveState,
  revisionHistory,
} from './live-state.ts';
import type { PlanStep } from './plan.ts';

/**
 * Returns the earlier releases that keep separate pods beside a release: those that were live last,
 * one revision of each version.
 *
 * @throws {GatiError} GATI_DEPLOY_CONFIG when domains would get requests of other versions
 */
export function isolatedBeside(
  { settings }: Target,
  state: LiveState,
  version: string,
): IsolatedRelease[] {
  const { isolate = 0 } = settings.rollout ?? {};
  if (isolate === 0) return [];
  if (Object.keys(settings.domains ?? {}).length > 0)
    throw new GatiError({
      code: 'GATI_DEPLOY_CONFIG',
      message: '`rollout.isolate` does not work with `domains`.',
      fix: 'Remove one of them.',
    });
  const byVersion = new Map<string, IsolatedRelease>();
  const all = listRevisions(state);
  for (const revision of revisionHistory(state)) {
    const found = all.find((each) => each.revision === revision);
    // A label can't contain the `+` of a version.
    const own = found?.version.replaceAll('_', '+');
    if (!found || own === undefined || own === version || byVersion.has(own)) continue;
    if (recordOf(found.deployment)) byVersion.set(own, { revision, version: own });
  }
  return [...byVersion.values()].slice(0, isolate);
}

/**
 * Starts pods of earlier releases that no other Service selects. Pods that were live end, so that
 * open connections of clients do not stay with them.
 */
export function planIsolated(
  target: Target,
  state: LiveState,
  isolated: IsolatedRelease[],
  { min }: Role,
): PlanStep[] {
  const { namespace } = target;
  return isolated.flatMap(({ revision, version }): PlanStep[] => {
    const core = findRevision(state, revision);
    const record = core && recordOf(core.deployment);
    if (!record) return [];
    const object = isolate(target, record, revision);
    const found = findObject(state, object);
    const { replicas = 1 } = (found?.['spec'] ?? {}) as { replicas?: number };
    const { readyReplicas = 0 } = (found?.['status'] ?? {}) as { readyReplicas?: number };
    const reason = `requests for ${version} go to separate pods`;
    const common = { reason, namespace, deployment: object.metadata.name, replicas: min };
    const steps: PlanStep[] = [
      ...(isCurrent(found, object) ? [] : [toApplyStep(object, found, reason, false)]),
      ...(replicas === min ? [] : [{ kind: 'scale', ...common } as const]),
    ];
    if (steps.length === 0 && readyReplicas >= min) return [];
    const timeout = timeoutOf(target);
    return [...steps, { kind: 'wait', ...common, role: ISOLATED, revision, timeout }];
  });
}

/** Returns the Deployment of a revision under another name and role. */
function isolate(target: Target, record: KubeObject, revision: string): KubeObject {
  const { metadata, ...rest } = record;
  const label = JSON.stringify(LABELS.role);
  const text = JSON.stringify({ ...rest, metadata: { ...metadata, annotations: undefined } });
  const renamed = JSON.parse(
    text.replaceAll(`${label}:"core"`, `${label}:"${ISOLATED}"`),
  ) as KubeObject;
  const spec = renamed['spec'] as { template: { spec: Record<string, unknown> } };
  const { template } = spec;
  return {
    ...renamed,
    metadata: { ...renamed.metadata, name: isolatedName(target, revision) },
    spec: { ...spec, template: { ...template, spec: withoutCluster(target, template.spec) } },
  };
}
