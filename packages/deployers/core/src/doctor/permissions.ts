import type { Cluster } from '../kube/cluster.ts';
import { KINDS } from '../kube/kinds.ts';
import type { Settings } from '../config/settings.ts';
import { secretRefs } from '../objects/external-secret.ts';
import type { Target } from '../objects/target.ts';
import { type Check, failed, ok } from './check.ts';

/** A verb on a resource, as the API server checks it. */
interface Permission {
  verb: string;
  group: string;
  /** With its subresource: `pods/log`. */
  resource: string;
}

const WRITING = ['get', 'list', 'create', 'patch', 'delete'];
/** Permissions in addition to those for the kinds that a deploy writes. */
const OTHERS: [string, string, string[]][] = [
  ['apps', 'deployments/scale', ['patch']],
  ['coordination.k8s.io', 'leases', ['get', 'create', 'update', 'delete']],
  ['apps', 'replicasets', ['list']],
  ['', 'pods', ['list']],
  ['', 'events', ['list']],
  ['', 'pods/log', ['get']],
  ['', 'services/proxy', ['get']],
];
const REVIEWS = 'apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

/** Kinds that only some apps need, with their conditions. */
const NEEDED: Record<string, (settings: Settings) => boolean> = {
  HTTPRoute: ({ kubernetes }) => kubernetes?.gateway !== undefined,
  Ingress: ({ kubernetes }) => kubernetes?.ingress !== undefined,
  Secret: ({ panel }) => panel === true,
  Role: ({ panel }) => panel === true,
  RoleBinding: ({ panel }) => panel === true,
  ExternalSecret: (settings) => secretRefs(settings).length > 0,
};

/** Returns the permissions that a deploy needs in its namespace. */
export function neededPermissions(settings: Settings): Permission[] {
  const kinds = Object.entries(KINDS).filter(
    ([kind, { isCluster }]) => !isCluster && (NEEDED[kind]?.(settings) ?? true),
  );
  const all: [string, string, string[]][] = [
    ...kinds.map(([, { apiVersion, plural }]): [string, string, string[]] => [
      apiVersion.includes('/') ? apiVersion.split('/')[0]! : '',
      plural,
      WRITING,
    ]),
    ...OTHERS,
    ...(settings.rollout?.canary
      ? [['', 'pods/proxy', ['get']] as [string, string, string[]]]
      : []),
  ];
  return all.flatMap(([group, resource, verbs]) =>
    verbs.map((verb) => ({ verb, group, resource })),
  );
}

/** Asks the API server which permissions the account lacks. */
export async function checkPermissions(
  cluster: Cluster,
  { namespace, settings }: Target,
  hasNamespace: boolean,
): Promise<Check> {
  const needed: (Permission & { isCluster?: true })[] = [
    ...neededPermissions(settings),
    { verb: 'get', group: '', resource: 'namespaces', isCluster: true },
    ...(hasNamespace
      ? []
      : ['create', 'patch'].map((verb) => ({
          verb,
          group: '',
          resource: 'namespaces',
          isCluster: true as const,
        }))),
  ];
  const missing: string[] = [];
  for (const { verb, group, resource: full, isCluster } of needed) {
    const [resource, subresource] = full.split('/');
    const attributes = {
      verb,
      group,
      resource,
      ...(subresource && { subresource }),
      ...(isCluster ? { name: namespace } : { namespace }),
    };
    const body = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: attributes },
    };
    const review = await cluster.call("Can't check the permissions of this account", {
      method: 'POST',
      path: REVIEWS,
      body,
    });
    const { allowed } = review['status'] as { allowed: boolean };
    if (!allowed) missing.push(`${verb} ${full}${group && `.${group}`}`);
  }
  const name = 'permissions';
  if (missing.length === 0) return ok(name, `all ${needed.length} in ${namespace}`);
  return failed(
    name,
    `this account may not: ${missing.join(', ')}`,
    `Grant it these permissions in the namespace ${namespace}, with a Role and a RoleBinding.`,
  );
}
