import { createHash } from 'node:crypto';
import { IMAGE } from '@gati/contract/internal';
import type { KubeObject } from '../kube/cluster.ts';
import { KINDS } from '../kube/kinds.ts';
import { ANNOTATIONS, commonLabels, LABELS, MANAGER, releaseLabels } from './labels.ts';
import { createPodTemplates, type PodTemplate, revisionSelector } from './pod-template.ts';
import { CORE, type Role, type RoleName, rolesOf } from './roles.ts';
import type { ReleaseFacts, Target } from './target.ts';

/** Objects of a deploy, in the order in which they are written. */
export interface DesiredObjects {
  revision: string;
  namespace: KubeObject;
  /** Written before the new pods. */
  foundation: KubeObject[];
  /** One for each role; the first one serves requests. */
  deployments: KubeObject[];
  /** Written after the new pods are ready; these objects refer to them. */
  live: LiveObjects;
}

export interface LiveObjects {
  service: KubeObject;
  /** Disruption budgets of the roles, and the autoscalers of those that scale. */
  others: KubeObject[];
}

/** Kinds that the set of an app may contain, for tools that prune such sets. */
const MEMBERS = Object.entries(KINDS)
  .filter(([kind]) => kind !== 'Namespace')
  .map(([kind, { apiVersion }]) => [kind, ...apiVersion.split('/').slice(0, -1)].join('.'))
  .sort();

/** Returns all objects of an app for a release. */
export function createObjects(target: Target, release: ReleaseFacts): DesiredObjects {
  const { templates, revision } = createPodTemplates(target, release);
  return {
    revision,
    namespace: createNamespace(target),
    foundation: createFoundation(target),
    deployments: templates.map(({ role, template }) =>
      createDeployment(target, release, { revision, role: role.name, template }),
    ),
    live: createLiveObjects(target, revision, []),
  };
}

function createDeployment(
  target: Target,
  release: ReleaseFacts,
  { revision, role, template }: { revision: string; role: RoleName; template: PodTemplate },
): KubeObject {
  return withIdentity(target, {
    kind: 'Deployment',
    name: deploymentName(target, role, revision),
    labels: { [LABELS.role]: role, ...releaseLabels(release), [LABELS.revision]: revision },
    spec: {
      // No `replicas`. A separate step sets them, so that a deploy does not undo changes of an
      // autoscaler.
      revisionHistoryLimit: 1,
      progressDeadlineSeconds: 600,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: '25%' } },
      selector: { matchLabels: revisionSelector(target, role, revision) },
      template,
    },
  });
}

export const deploymentName = ({ app }: Target, role: RoleName, revision: string): string =>
  `${app}-${role}-${revision}`;

/**
 * Creates the namespace of an app if it does not exist yet. It rejects pods that need more rights.
 */
function createNamespace(target: Target): KubeObject {
  return {
    ...headOf('Namespace'),
    metadata: {
      name: target.namespace,
      labels: {
        'app.kubernetes.io/managed-by': MANAGER,
        'pod-security.kubernetes.io/enforce': 'restricted',
      },
    },
  };
}

function createFoundation(target: Target): KubeObject[] {
  const selector = { [LABELS.app]: target.app, [LABELS.environment]: target.environment };
  return [
    createSet(target),
    withIdentity(target, {
      kind: 'ServiceAccount',
      name: target.app,
      rest: { automountServiceAccountToken: false },
    }),
    withIdentity(target, {
      kind: 'NetworkPolicy',
      name: target.app,
      spec: {
        podSelector: { matchLabels: selector },
        policyTypes: ['Ingress'],
        ingress: [{ ports: [{ protocol: 'TCP', port: IMAGE.port }] }],
      },
    }),
  ];
}

/**
 * The parent of the ApplySet, which lists the kinds of the app's objects.
 *
 * @see https://github.com/kubernetes/enhancements/tree/master/keps/sig-cli/3659-kubectl-apply-prune
 */
function createSet(target: Target): KubeObject {
  const set = withIdentity(target, { kind: 'ConfigMap', name: setName(target) });
  const { [LABELS.partOf]: _, ...own } = set.metadata.labels ?? {};
  const labels = { ...own, 'applyset.kubernetes.io/id': setId(target) };
  return {
    ...set,
    metadata: {
      ...set.metadata,
      labels,
      annotations: {
        'applyset.kubernetes.io/tooling': `${MANAGER}/v1`,
        'applyset.kubernetes.io/contains-group-kinds': MEMBERS.join(','),
      },
    },
  };
}

const setName = ({ app }: Target): string => `${app}-deploy`;

export function setId(target: Target): string {
  const parts = [setName(target), target.namespace, 'ConfigMap', ''];
  const digest = createHash('sha256').update(parts.join('.')).digest('base64url');
  return `applyset-${digest}-v1`;
}

/**
 * Returns the objects that route requests to a revision.
 *
 * @param history revisions that were live before, the newest first
 */
export function createLiveObjects(
  target: Target,
  revision: string,
  history: string[],
): LiveObjects {
  const { kubernetes = {} } = target.settings;
  const service = withIdentity(target, {
    kind: 'Service',
    name: target.app,
    labels: { [LABELS.role]: CORE, [LABELS.revision]: revision },
    annotations: { [ANNOTATIONS.history]: [revision, ...history].join(',') },
    spec: {
      type: kubernetes.service ?? 'ClusterIP',
      selector: revisionSelector(target, CORE, revision),
      ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 'http', appProtocol: 'http' }],
    },
  });
  const roles = rolesOf(target.settings);
  const others = roles.flatMap((role) => [
    createBudget(target, role, revision),
    ...(role.max > role.min ? [createAutoscaler(target, role, revision)] : []),
  ]);
  return { service, others };
}

/** The objects of the role that serves requests have the name of the app. */
const nameFor = ({ app }: Target, { name }: Role): string =>
  name === CORE ? app : `${app}-${name}`;

function createBudget(target: Target, role: Role, revision: string): KubeObject {
  const selector = { matchLabels: revisionSelector(target, role.name, revision) };
  return withIdentity(target, {
    kind: 'PodDisruptionBudget',
    name: nameFor(target, role),
    spec: { maxUnavailable: 1, selector },
  });
}

function createAutoscaler(target: Target, role: Role, revision: string): KubeObject {
  const { min, max, cpu } = role;
  const scaled = deploymentName(target, role.name, revision);
  const goal = { type: 'Utilization', averageUtilization: cpu };
  return withIdentity(target, {
    kind: 'HorizontalPodAutoscaler',
    name: nameFor(target, role),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: scaled },
      minReplicas: min,
      maxReplicas: max,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: goal } }],
    },
  });
}

function headOf(kind: string): { kind: string; apiVersion: string } {
  return { kind, apiVersion: KINDS[kind]!.apiVersion };
}

interface ObjectParts {
  kind: string;
  name: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  spec?: object;
  rest?: object;
}

function withIdentity(
  target: Target,
  { kind, name, labels, annotations, spec, rest }: ObjectParts,
): KubeObject {
  return {
    ...headOf(kind),
    metadata: {
      name,
      namespace: target.namespace,
      labels: { ...commonLabels(target), [LABELS.partOf]: setId(target), ...labels },
      ...(annotations && { annotations }),
    },
    ...rest,
    ...(spec && { spec }),
  };
}
