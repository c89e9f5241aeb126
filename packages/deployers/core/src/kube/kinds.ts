import type { KubeObject } from './cluster.ts';

interface Kind {
  apiVersion: string;
  /** Name in paths. */
  plural: string;
  isCluster?: true;
  /** Clusters may lack it, and accounts may have no permission for it. */
  isOptional?: true;
  /** Deploys read only the metadata of this kind, never its content. */
  isSecret?: true;
}

/** Kinds that a deploy writes, in the order in which they are written. */
export const KINDS: Record<string, Kind> = {
  Namespace: { apiVersion: 'v1', plural: 'namespaces', isCluster: true },
  ConfigMap: { apiVersion: 'v1', plural: 'configmaps' },
  Secret: { apiVersion: 'v1', plural: 'secrets', isOptional: true, isSecret: true },
  ServiceAccount: { apiVersion: 'v1', plural: 'serviceaccounts' },
  Role: { apiVersion: 'rbac.authorization.k8s.io/v1', plural: 'roles', isOptional: true },
  RoleBinding: {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    plural: 'rolebindings',
    isOptional: true,
  },
  NetworkPolicy: { apiVersion: 'networking.k8s.io/v1', plural: 'networkpolicies' },
  ExternalSecret: {
    apiVersion: 'external-secrets.io/v1',
    plural: 'externalsecrets',
    isOptional: true,
  },
  Job: { apiVersion: 'batch/v1', plural: 'jobs', isOptional: true },
  Deployment: { apiVersion: 'apps/v1', plural: 'deployments' },
  Service: { apiVersion: 'v1', plural: 'services' },
  PodDisruptionBudget: { apiVersion: 'policy/v1', plural: 'poddisruptionbudgets' },
  HorizontalPodAutoscaler: { apiVersion: 'autoscaling/v2', plural: 'horizontalpodautoscalers' },
  HTTPRoute: {
    apiVersion: 'gateway.networking.k8s.io/v1',
    plural: 'httproutes',
    isOptional: true,
  },
  Ingress: { apiVersion: 'networking.k8s.io/v1', plural: 'ingresses', isOptional: true },
};

/** Returns the path of all objects of a kind: `apis/apps/v1/namespaces/shop/deployments`. */
export function pathOfKind(kind: string, namespace: string): string {
  const { apiVersion, plural, isCluster } = KINDS[kind]!;
  const root = apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`;
  return isCluster ? `${root}/${plural}` : `${root}/namespaces/${namespace}/${plural}`;
}

/** Returns the path of an object. */
export function pathOf({ kind, metadata }: Pick<KubeObject, 'kind' | 'metadata'>): string {
  return `${pathOfKind(kind, metadata.namespace ?? '')}/${metadata.name}`;
}

/** `Deployment shop-core-3f9a0c1b22`, for people. */
export const nameOf = ({ kind, metadata }: Pick<KubeObject, 'kind' | 'metadata'>): string =>
  `${kind} ${metadata.name}`;
