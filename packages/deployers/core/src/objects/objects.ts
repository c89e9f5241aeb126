import { IMAGE } from '@gati/contract/internal';
import type { KubeObject } from '../kube/cluster.ts';
import { KINDS } from '../kube/kinds.ts';
import { CONTRACT_KEY, contractName } from './contract-map.ts';
import { createExternalSecret } from './external-secret.ts';
import { headOf, setId, setName, withIdentity } from './identity.ts';
import { ANNOTATIONS, LABELS, MANAGER, releaseLabels } from './labels.ts';
import { createMigrateSpec, hasSharedDatabase, MIGRATE, migrateJobName } from './migrate-job.ts';
import {
  createPodTemplates,
  type PodTemplate,
  revisionSelector,
  withoutCluster,
} from './pod-template.ts';
import { createPanelObjects, panelSettings, SETTINGS_KEY } from './panel-objects.ts';
import { createModule, type ModuleObjects, type ModulePods } from './modules.ts';
import { deploymentName, isolatedName, nameFor, nextName } from './names.ts';
import { timeoutOf } from './duration.ts';
import { createEdgeRoute, hasWeights } from './edge-route.ts';
import { CORE, domainLabel, isServing, ISOLATED, type Role, rolesOf } from './roles.ts';
import type { DomainPaths, IsolatedRelease, ReleaseFacts, Target } from './target.ts';

/** Objects of a deploy, in the order in which they are written. */
export interface DesiredObjects {
  revision: string;
  namespace: KubeObject;
  /** Written before the new pods. */
  foundation: KubeObject[];
  /** The contract of the release, for the next deploy. */
  contract?: KubeObject;
  /** The Job that migrates the database before the new pods start. */
  migration?: KubeObject;
  /** Modules with separate pods. */
  modules: ModuleObjects[];
  /** One for each role; the first one serves requests. */
  deployments: KubeObject[];
  /** Written after the new pods are ready; these objects refer to them. */
  live: LiveObjects;
}

export interface LiveObjects {
  /** The Service of the pods that serve all requests. */
  service: KubeObject;
  /**
   * Services of domains, disruption budgets of the roles, autoscalers of those that scale, and the
   * route of the app at a gateway.
   */
  others: KubeObject[];
}

/** A new revision that gets a share of the requests. */
export interface Canary {
  revision: string;
  /** Percent. */
  share: number;
}

/** A revision to which requests go. */
export type LiveRevision = Pick<ReleaseFacts, 'paths' | 'isolated'> & { revision: string };

const PORTS = [
  { name: 'http', port: 80, protocol: 'TCP', targetPort: 'http', appProtocol: 'http' },
];

/** Port for HTTPS: the load balancer ends TLS, and connects to the same port of the pods. */
const HTTPS_PORT = { ...PORTS[0]!, name: 'https', port: 443 };

/** Kinds that the set of an app may contain, for tools that prune such sets. */
const MEMBERS = Object.entries(KINDS)
  .filter(([kind]) => kind !== 'Namespace')
  .map(([kind, { apiVersion }]) => [kind, ...apiVersion.split('/').slice(0, -1)].join('.'))
  .sort();

/** Returns all objects of an app for a release. */
export function createObjects(target: Target, release: ReleaseFacts): DesiredObjects {
  const { templates, revision } = createPodTemplates(target, release);
  const modules = (release.modules ?? []).map((module) => createModule(target, module));
  return {
    revision,
    namespace: createNamespace(target),
    foundation: createFoundation(target),
    ...(release.contract !== undefined && {
      contract: createContract(target, { ...release, revision }, release.contract),
    }),
    ...(release.migrates &&
      hasSharedDatabase(target.settings) && {
        migration: createMigration(target, release, { revision, template: templates[0]!.template }),
      }),
    modules,
    deployments: templates.map(({ role, template }) =>
      createDeployment(target, release, { revision, role, template, modules }),
    ),
    live: createLiveObjects(target, { ...release, revision }, []),
  };
}

function createDeployment(
  target: Target,
  release: ReleaseFacts,
  {
    revision,
    role,
    template,
    modules,
  }: { revision: string; role: Role; template: PodTemplate; modules: ModulePods[] },
): KubeObject {
  return withIdentity(target, {
    kind: 'Deployment',
    name: deploymentName(target, role.name, revision),
    labels: { ...roleLabels(role), ...releaseLabels(release), [LABELS.revision]: revision },
    ...(role.name === CORE && annotationsOf(release, modules)),
    spec: {
      // No `replicas`. A separate step sets them, so that a deploy does not undo changes of an
      // autoscaler.
      revisionHistoryLimit: 1,
      progressDeadlineSeconds: 600,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: '25%' } },
      selector: { matchLabels: revisionSelector(target, role.name, revision) },
      template,
    },
  });
}

/** Returns what a rollback needs to know of a release. */
function annotationsOf(
  { paths, isolated }: ReleaseFacts,
  modules: ModulePods[],
): { annotations?: Record<string, string> } {
  const hasModules = modules.length > 0;
  if (!paths && !isolated && !hasModules) return {};
  const pods = modules.map(({ name, min, max }) => ({ name, min, max }));
  return {
    annotations: {
      ...(hasModules && { [ANNOTATIONS.modules]: JSON.stringify(pods) }),
      ...(paths && { [ANNOTATIONS.paths]: JSON.stringify(paths) }),
      ...(isolated && { [ANNOTATIONS.isolated]: JSON.stringify(isolated) }),
    },
  };
}

function createContract(
  target: Target,
  release: ReleaseFacts & { revision: string },
  packed: string,
): KubeObject {
  return withIdentity(target, {
    kind: 'ConfigMap',
    name: contractName(target, release.revision),
    labels: { ...releaseLabels(release), [LABELS.revision]: release.revision },
    rest: { immutable: true, binaryData: { [CONTRACT_KEY]: packed } },
  });
}

function createMigration(
  target: Target,
  release: ReleaseFacts,
  { revision, template }: { revision: string; template: PodTemplate },
): KubeObject {
  const labels = { [LABELS.role]: MIGRATE, ...releaseLabels(release), [LABELS.revision]: revision };
  const pod = {
    labels: { ...template.metadata.labels, ...labels },
    pod: withoutCluster(target, template.spec),
  };
  return withIdentity(target, {
    kind: 'Job',
    name: migrateJobName(target, revision),
    labels,
    spec: createMigrateSpec(pod, timeoutOf(target) / 1000),
  });
}

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
  const secret = createExternalSecret(target);
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
        podSelector: {
          matchLabels: selector,
          // Modules have separate policies. Kubernetes would add the permissions of this policy to
          // them.
          matchExpressions: [{ key: LABELS.module, operator: 'DoesNotExist' }],
        },
        policyTypes: ['Ingress'],
        ingress: [{ ports: [{ protocol: 'TCP', port: IMAGE.port }] }],
      },
    }),
    ...(secret ? [secret] : []),
    ...createPanelObjects(target),
  ];
}

/**
 * The parent of the ApplySet, which lists the kinds of the app's objects.
 *
 * @see https://github.com/kubernetes/enhancements/tree/master/keps/sig-cli/3659-kubectl-apply-prune
 */
function createSet(target: Target): KubeObject {
  const { settings } = target;
  const shown = panelSettings(target.configured ?? settings);
  const data = { [SETTINGS_KEY]: JSON.stringify(shown) };
  const set = withIdentity(target, {
    kind: 'ConfigMap',
    name: setName(target),
    ...(settings.panel && { rest: { data } }),
  });
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

/**
 * Returns the objects that send requests to the pods of a revision.
 *
 * @param history revisions that were live before, the newest first
 */
export function createLiveObjects(
  target: Target,
  live: LiveRevision,
  history: string[],
  canary?: Canary,
): LiveObjects {
  const { revision } = live;
  const { settings } = target;
  const [core, ...others] = rolesOf(settings);
  const serving = others.filter(isServing);
  const next = canary?.revision ?? revision;
  const isShared = canary !== undefined && !hasWeights(settings);
  const budgets = [core, ...others].flatMap((role) => [
    createBudget(target, role, revision),
    ...(role.max > role.min ? [createAutoscaler(target, role, revision)] : []),
  ]);
  return {
    service: createService(target, core, revision, {
      annotations: {
        [ANNOTATIONS.history]: [revision, ...history].join(','),
        ...(canary && { [ANNOTATIONS.canary]: canary.revision }),
      },
      isShared,
    }),
    others: [
      ...serving.map((role) => createService(target, role, revision, { isShared })),
      // These Services for the weights of a gateway also exist outside of a canary, so that no
      // deploy removes them.
      ...(hasWeights(settings) && settings.rollout?.canary
        ? [core, ...serving].map((role) => createService(target, role, next, { isNext: true }))
        : []),
      ...(live.isolated ?? []).map((each) => createIsolatedService(target, each)),
      ...createRoute(target, live.paths ?? {}, canary),
      ...budgets,
    ],
  };
}

interface ServiceOptions {
  annotations?: Record<string, string>;
  /** Whether it selects the pods of all revisions that have any. */
  isShared?: boolean;
  /** Whether a gateway finds the revision of a canary by it. */
  isNext?: boolean;
}

function createService(
  target: Target,
  role: Role,
  revision: string,
  { annotations, isShared, isNext }: ServiceOptions,
): KubeObject {
  const { [LABELS.revision]: own, ...common } = revisionSelector(target, role.name, revision);
  // AKS Automatic rejects two Services with equal selectors. All pods have this label.
  const all = { ...common, ...(isNext && { 'app.kubernetes.io/managed-by': MANAGER }) };
  const isMain = role.name === CORE && !isNext;
  const balancer = isMain ? target.settings.kubernetes?.balancer : undefined;
  return withIdentity(target, {
    kind: 'Service',
    name: isNext ? nextName(target, role) : nameFor(target, role),
    labels: {
      ...roleLabels(isNext ? { ...role, name: `next-${role.name}` } : role),
      [LABELS.revision]: revision,
    },
    ...((annotations || balancer) && { annotations: { ...balancer, ...annotations } }),
    spec: {
      type: (isMain && target.settings.kubernetes?.service) || 'ClusterIP',
      selector: isShared ? all : { ...all, [LABELS.revision]: own },
      ports: isMain && target.settings.kubernetes?.hasHttps ? [...PORTS, HTTPS_PORT] : PORTS,
    },
  });
}

/** Selects the pods of an earlier release, for requests of its version. */
function createIsolatedService(target: Target, { revision }: IsolatedRelease): KubeObject {
  return withIdentity(target, {
    kind: 'Service',
    name: isolatedName(target, revision),
    labels: { [LABELS.role]: ISOLATED, [LABELS.revision]: revision },
    spec: {
      type: 'ClusterIP',
      selector: revisionSelector(target, ISOLATED, revision),
      ports: PORTS,
    },
  });
}

function createRoute(target: Target, paths: DomainPaths, canary?: Canary): KubeObject[] {
  const [core, ...others] = rolesOf(target.settings);
  const route = createEdgeRoute(target.settings, paths, (domain) => {
    const own = domain === undefined ? core : others.find((each) => each.domain === domain);
    const role = own ?? core;
    const service = nameFor(target, role);
    if (!canary) return [{ service }];
    return [
      { service, weight: 100 - canary.share },
      { service: nextName(target, role), weight: canary.share },
    ];
  });
  return route ? [withIdentity(target, { name: target.app, ...route })] : [];
}

const roleLabels = ({ name, domain }: Role): Record<string, string> => ({
  [LABELS.role]: name,
  ...(domain !== undefined && { [LABELS.domain]: domainLabel(domain) }),
});

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
