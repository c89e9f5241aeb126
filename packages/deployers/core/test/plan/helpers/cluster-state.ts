import type { KubeObject } from '../../../src/kube/cluster.ts';
import { pathOf } from '../../../src/kube/kinds.ts';
import type { LiveState } from '../../../src/plan/live-state.ts';
import type { Plan } from '../../../src/plan/plan.ts';

/** A cluster without the app. */
export const EMPTY: LiveState = { namespace: undefined, objects: [] };
export const OPTIONS = { server: 'https://cluster', force: false };

/** Returns the cluster after a plan, with all pods ready. */
export function applied(state: LiveState, { steps }: Plan): LiveState {
  const objects = new Map(state.objects.map((each) => [pathOf(each), each]));
  let { namespace } = state;
  for (const step of steps) {
    if (step.kind === 'apply') {
      const { object } = step;
      if (object.kind === 'Namespace') namespace = object;
      const { metadata } = object;
      const own = { ...metadata, uid: pathOf(object), creationTimestamp: String(objects.size) };
      const before = objects.get(pathOf(object));
      const replicas = object.kind === 'Deployment' ? { replicas: 1 } : {};
      const spec = { ...replicas, ...(object['spec'] as object) };
      const status = object.kind === 'Deployment' ? { readyReplicas: 1 } : undefined;
      objects.set(pathOf(object), { ...before, ...object, metadata: own, spec, status });
    }
    if (step.kind === 'scale') {
      const metadata = { name: step.deployment, namespace: step.namespace };
      const path = pathOf({ kind: 'Deployment', metadata });
      const found = objects.get(path)!;
      const { replicas } = step;
      const spec = { ...(found['spec'] as object), replicas };
      objects.set(path, { ...found, spec, status: { readyReplicas: replicas } });
    }
    if (step.kind === 'delete')
      objects.delete(pathOf({ kind: step.object.kind, metadata: step.object }));
  }
  const all = [...objects.values()].filter(({ kind }) => kind !== 'Namespace');
  return { namespace, objects: all };
}

export const summary = ({ steps }: Plan): string[] =>
  steps.map((step) =>
    step.kind === 'apply'
      ? step.object.kind
      : step.kind === 'scale'
        ? `scale to ${step.replicas}`
        : step.kind,
  );

export const envOf = (deployment: KubeObject): Record<string, unknown> => {
  const { template } = deployment['spec'] as {
    template: { spec: { containers: { env: { name: string; value: unknown }[] }[] } };
  };
  return Object.fromEntries(
    template.spec.containers[0]!.env.map(({ name, value }) => [name, value]),
  );
};
