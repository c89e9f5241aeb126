import type { KubeObject } from '../../../packages/deployers/core/src/kube/cluster.ts';

interface PodSpec {
  containers: [Record<string, unknown>, ...Record<string, unknown>[]];
  [field: string]: unknown;
}

/** A pod that a policy rejects. */
export interface Violation {
  /** Part of the error message of the API server. */
  message: string;
  /** Changes the spec of a valid pod so that it violates the policy. */
  edit(spec: PodSpec, container: PodSpec['containers'][0]): void;
}

export const VIOLATIONS: Violation[] = [
  {
    message: 'a container has no readinessProbe or no livenessProbe',
    edit: (_, container) => delete container['livenessProbe'],
  },
  {
    message: 'a container requests less than 100m or 100Mi',
    edit: (_, container) =>
      (container['resources'] = {
        requests: { cpu: '60m', memory: '256Mi' },
        limits: { cpu: '1' },
      }),
  },
  {
    message: 'a container has no limit of CPU',
    edit: (_, container) =>
      (container['resources'] = { requests: { cpu: '100m', memory: '256Mi' } }),
  },
  {
    message: 'an image has the tag latest, or none',
    edit: (_, container) => (container['image'] = 'registry.example.com:5000/shop'),
  },
  {
    message: 'the taint CriticalAddonsOnly is reserved',
    edit: (spec) => (spec['tolerations'] = [{ key: 'CriticalAddonsOnly', operator: 'Exists' }]),
  },
  {
    message: 'a pod selects nodes of the cluster itself',
    edit: (spec) => (spec['nodeSelector'] = { 'node-role.kubernetes.io/control-plane': '' }),
  },
  // The restricted Pod Security Standard, which the namespace enforces.
  {
    message: 'violates PodSecurity "restricted:latest"',
    edit: (_, container) => delete container['securityContext'],
  },
  { message: 'host namespaces', edit: (spec) => (spec['hostNetwork'] = true) },
  {
    message: 'restricted volume types',
    edit: (spec) => (spec['volumes'] as object[]).push({ name: 'node', hostPath: { path: '/' } }),
  },
];

/** Returns a pod with a violation. */
export function violate(pod: KubeObject, { edit }: Violation): KubeObject {
  const copy = structuredClone(pod);
  const spec = copy['spec'] as PodSpec;
  edit(spec, spec.containers[0]);
  return copy;
}
