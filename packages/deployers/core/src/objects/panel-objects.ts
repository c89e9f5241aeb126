import type { Settings } from '../config/settings.ts';
import type { KubeObject } from '../kube/cluster.ts';
import { headOf, withIdentity } from './identity.ts';
import { leaseName, nameFor, panelName } from './names.ts';
import { isServing, rolesOf } from './roles.ts';
import type { Target } from './target.ts';

/** Key of the shared document in the Secret of the panel. */
export const DOCUMENT_KEY = 'panel.db.gz';
/** Key of the settings that the panel plans with, in the ConfigMap of the set. */
export const SETTINGS_KEY = 'settings.json';

/**
 * Returns the settings that the panel needs to change pods and to return to another revision. None
 * of them is a secret.
 */
export function panelSettings(settings: Settings): Settings {
  const { scale, workers, domains, kubernetes, rollout, url, panel } = settings;
  const numbers = ({ min, max, cpu }: NonNullable<Settings['workers']>): object => ({
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(cpu !== undefined && { cpu }),
  });
  const own = Object.entries(domains ?? {}).map(([name, each]) => [name, numbers(each)]);
  const { service, balancer, gateway, ingress, namespace } = kubernetes ?? {};
  return JSON.parse(
    JSON.stringify({
      scale,
      workers: workers && numbers(workers),
      domains: domains && Object.fromEntries(own),
      kubernetes: kubernetes && { service, balancer, gateway, ingress, namespace },
      rollout,
      url,
      panel,
    }),
  ) as Settings;
}

/**
 * Returns the objects that a panel needs to act on the cluster: an account with the rights for its
 * actions, a Secret for the data that the pods share, and a ConfigMap for changes by users. The
 * panel writes the contents of the Secret and the ConfigMap.
 */
export function createPanelObjects(target: Target): KubeObject[] {
  if (target.settings.panel !== true) return [];
  const name = panelName(target);
  const subject = { kind: 'ServiceAccount', name, namespace: target.namespace };
  const role = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name };
  return [
    withIdentity(target, { kind: 'Secret', name }),
    withIdentity(target, { kind: 'ConfigMap', name }),
    withIdentity(target, {
      kind: 'ServiceAccount',
      name,
      rest: { automountServiceAccountToken: false },
    }),
    withIdentity(target, { kind: 'Role', name, rest: { rules: createRules(target) } }),
    withIdentity(target, {
      kind: 'RoleBinding',
      name,
      rest: { subjects: [subject], roleRef: role },
    }),
  ];
}

interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
  resourceNames?: string[];
}

/**
 * Returns the rights of the pods that serve the panel. The pods can read the objects of the
 * namespace except other Secrets, change the number of pods, and choose the revision that the
 * Services select. They can't change what pods run, and can't create pods.
 */
function createRules(target: Target): Rule[] {
  const own = panelName(target);
  const roles = rolesOf(target.settings);
  const names = roles.map((role) => nameFor(target, role));
  const services = roles.filter(isServing).map((role) => nameFor(target, role));
  const read = (group: string, ...resources: string[]): Rule => ({
    apiGroups: [group],
    resources,
    verbs: ['get', 'list'],
  });
  return [
    {
      apiGroups: [''],
      resources: ['namespaces'],
      verbs: ['get'],
      resourceNames: [target.namespace],
    },
    read('', 'configmaps', 'events', 'pods', 'pods/log', 'serviceaccounts', 'services'),
    read('apps', 'deployments', 'deployments/scale', 'replicasets'),
    read('autoscaling', 'horizontalpodautoscalers'),
    read('batch', 'jobs'),
    read('gateway.networking.k8s.io', 'httproutes'),
    read('networking.k8s.io', 'ingresses', 'networkpolicies'),
    read('policy', 'poddisruptionbudgets'),
    { apiGroups: ['apps'], resources: ['deployments/scale'], verbs: ['patch'] },
    { apiGroups: [''], resources: ['services'], verbs: ['patch'], resourceNames: services },
    {
      apiGroups: ['policy'],
      resources: ['poddisruptionbudgets'],
      verbs: ['patch'],
      resourceNames: names,
    },
    // A new object has no name yet when its creation is authorised.
    { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: ['create'] },
    {
      apiGroups: ['autoscaling'],
      resources: ['horizontalpodautoscalers'],
      verbs: ['patch', 'delete'],
      resourceNames: names,
    },
    {
      apiGroups: ['gateway.networking.k8s.io'],
      resources: ['httproutes'],
      verbs: ['patch'],
      resourceNames: [target.app],
    },
    {
      apiGroups: ['networking.k8s.io'],
      resources: ['ingresses'],
      verbs: ['patch'],
      resourceNames: [target.app],
    },
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
    {
      apiGroups: ['coordination.k8s.io'],
      resources: ['leases'],
      verbs: ['get', 'update', 'delete'],
      resourceNames: [leaseName(target)],
    },
    { apiGroups: [''], resources: ['configmaps'], verbs: ['patch'], resourceNames: [own] },
    { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'update'], resourceNames: [own] },
  ];
}

/** Returns the Secret that the pods share, without its data. */
export const panelSecret = (
  target: Pick<Target, 'app' | 'namespace'>,
): Pick<KubeObject, 'apiVersion' | 'kind' | 'metadata'> => ({
  ...headOf('Secret'),
  metadata: { name: panelName(target), namespace: target.namespace },
});
