import { createHash } from 'node:crypto';
import { type ContainerContract, GatiError, type Manifest } from '@gati/contract';
import { suggest } from '@gati/contract/internal';
import type { EnvValue, Settings } from '../config/settings.ts';
import type { KubeObject } from '../kube/cluster.ts';
import { withIdentity } from './identity.ts';
import { commonLabels, identityLabels, LABELS } from './labels.ts';
import { limitOfCpu } from './limit-of-cpu.ts';
import { CPU, numbersOf } from './roles.ts';
import type { ModuleFacts, Target } from './target.ts';
import { spreadPods } from './spread-pods.ts';
import { toEnv } from './to-env.ts';
import { toName } from './to-name.ts';
import { POD_SECURITY } from './pod-security.ts';

/** Port of a module in its container, which `GATI_MODULE_PORT` names. */
export const MODULE_PORT = 8080;
/** With `-` and the digest, the name fits into the 63 characters of a Service. */
const NAME_LIMIT = 52;
/** Maximum number of characters of a module's name in the label of its role. */
const LABEL_LIMIT = 30;
const PRE_STOP = 5;

/** Pods of a module that a revision needs. */
export interface ModulePods {
  /** Name of all objects of the module. */
  name: string;
  min: number;
  max: number;
}

/** Objects of a module: first those that its pods need, then those that refer to the pods. */
export interface ModuleObjects extends ModulePods {
  objects: KubeObject[];
}

/** Variables of a module in a container that the app does not start. */
export const MODULE_ENV: Readonly<Record<string, string>> = {
  GATI_MODULE: '1',
  GATI_MODULE_PORT: String(MODULE_PORT),
  TMPDIR: '/tmp',
};

/** Returns the containers among the modules of a build. */
export const listContainers = ({ contract }: Pick<Manifest, 'contract'>): ModuleFacts[] =>
  contract.modules.flatMap(({ name, source = '', container }) =>
    container ? [{ name, image: source.replace(/^docker:/, ''), container }] : [],
  );

/**
 * Returns the modules of a build that get pods.
 *
 * @throws {GatiError} GATI_DEPLOY_CONFIG when a module can't run in a cluster, or when a setting
 *   names no module
 */
export function clusterModules(
  manifest: Manifest,
  { modules: settings = {} }: Settings,
): ModuleFacts[] {
  const modules = listContainers(manifest);
  const known = modules.map(({ name }) => name);
  for (const name of Object.keys(settings)) {
    if (known.includes(name)) continue;
    const near = suggest(name, known);
    throw configError(
      `\`modules.${name}\` names no module of the app with a docker: source.`,
      near
        ? `Did you mean \`${near}\`?`
        : `The modules with a docker: source are: ${known.join(', ') || 'none'}.`,
    );
  }
  for (const { name, image, container } of modules) {
    if (image.startsWith('sha256:'))
      throw configError(
        `The image of the module "${name}" is on this machine only.`,
        'Push it to a registry, and declare it as docker:HOST/REPOSITORY@sha256:DIGEST.',
      );
    if (container.files)
      throw configError(
        `The module "${name}" reads files of this machine, which its pods do not have.`,
        'Copy the files into its image, and remove `allow.read` and `allow.write`.',
      );
  }
  return modules;
}

const configError = (message: string, fix: string): GatiError =>
  new GatiError({ code: 'GATI_DEPLOY_CONFIG', message, fix });

/** Returns the value of `GATI_MODULE_SERVERS`: `scorer=http://shop-module-scorer-3f9a0c1b`. */
export function moduleServers(target: Target, modules: ModuleFacts[]): string | undefined {
  const pairs = modules.map((module) => `${module.name}=http://${nameOf(target, module)}`);
  return pairs.length > 0 ? pairs.join(',') : undefined;
}

/**
 * Returns the objects of a module. Their names end with the digest of the pods, so each release
 * calls the module that it was built with, even while another release runs.
 */
export function createModule(target: Target, module: ModuleFacts): ModuleObjects {
  const name = nameOf(target, module);
  const { min, max, cpu } = scalingOf(target, module);
  const labels = {
    [LABELS.role]: roleOf(module),
    [LABELS.module]: name,
    [LABELS.revision]: digestOf(target, module),
  };
  const selector = { ...identityLabels(target), ...labels };
  const create = (kind: string, spec: object): KubeObject =>
    withIdentity(target, { kind, name, labels, spec });
  const ports = [
    { name: 'http', port: 80, protocol: 'TCP', targetPort: 'http', appProtocol: 'http' },
  ];
  return {
    name,
    min,
    max,
    objects: [
      create('NetworkPolicy', createPolicy(target, module, selector)),
      create('Service', { type: 'ClusterIP', selector, ports }),
      create('Deployment', {
        revisionHistoryLimit: 1,
        progressDeadlineSeconds: 600,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: '25%' } },
        selector: { matchLabels: selector },
        template: {
          metadata: { labels: { ...commonLabels(target), ...labels } },
          spec: { ...createSpec(target, module), ...spreadPods(selector) },
        },
      }),
      create('PodDisruptionBudget', { maxUnavailable: 1, selector: { matchLabels: selector } }),
      ...(max > min
        ? [
            create('HorizontalPodAutoscaler', {
              scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
              minReplicas: min,
              maxReplicas: max,
              metrics: [
                {
                  type: 'Resource',
                  resource: {
                    name: 'cpu',
                    target: { type: 'Utilization', averageUtilization: cpu },
                  },
                },
              ],
            }),
          ]
        : []),
    ],
  };
}

const roleOf = ({ name }: ModuleFacts): string => `module-${toName(name, LABEL_LIMIT)}`;

function nameOf(target: Target, module: ModuleFacts): string {
  const readable = toName(`${target.app}-${roleOf(module)}`, NAME_LIMIT);
  return `${readable}-${digestOf(target, module)}`;
}

const digestOf = (target: Target, module: ModuleFacts): string =>
  createHash('sha256')
    .update(JSON.stringify([module.name, module.container.network, createSpec(target, module)]))
    .digest('hex')
    .slice(0, 10);

function scalingOf(
  { settings }: Target,
  { name, container }: ModuleFacts,
): { min: number; max: number; cpu: number } {
  const { resources: _, ...own } = settings.modules?.[name] ?? {};
  const { cpu = CPU, ...numbers } = { ...container.scaling, ...own };
  return { ...numbersOf(numbers), cpu };
}

/**
 * Returns a policy that allows only pods of the app to call a module. A module without
 * `allow.network` can't open connections.
 */
function createPolicy(
  target: Target,
  { container }: ModuleFacts,
  selector: Record<string, string>,
): object {
  const callers = { podSelector: { matchLabels: identityLabels(target) } };
  return {
    podSelector: { matchLabels: selector },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ from: [callers], ports: [{ protocol: 'TCP', port: MODULE_PORT }] }],
    egress: container.network ? [{}] : [],
  };
}

function createSpec(target: Target, module: ModuleFacts): Record<string, unknown> {
  const { settings, app } = target;
  const stop = Math.ceil(module.container.stop / 1000);
  return {
    serviceAccountName: app,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: PRE_STOP + stop,
    securityContext: POD_SECURITY,
    ...(settings.kubernetes?.pullSecret && {
      imagePullSecrets: [{ name: settings.kubernetes.pullSecret }],
    }),
    containers: [createContainer(target, module)],
    volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '64Mi' } }],
  };
}

function createContainer(
  target: Target,
  { name, image, container }: ModuleFacts,
): Record<string, unknown> {
  const { settings } = target;
  const { cpu = '100m', memory, cpuLimit, memoryLimit } = settings.modules?.[name]?.resources ?? {};
  const reserved = memory ?? `${Math.ceil(container.memory / 1_048_576)}Mi`;
  const probe = (rest: object): object => ({
    httpGet: { path: '/health', port: 'http' },
    timeoutSeconds: 2,
    ...rest,
  });
  return {
    name: 'app',
    image,
    ports: [{ name: 'http', containerPort: MODULE_PORT }],
    env: [
      ...grantedEnv(settings, container).map(([key, value]) => toEnv(target, key, value)),
      ...Object.entries(MODULE_ENV).map(([key, value]) => ({ name: key, value })),
    ],
    // A module ends when its standard input ends.
    stdin: true,
    resources: {
      requests: { cpu, memory: reserved },
      limits: { cpu: cpuLimit ?? limitOfCpu(cpu), memory: memoryLimit ?? reserved },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    startupProbe: probe({ periodSeconds: 1, failureThreshold: 60 }),
    readinessProbe: probe({ periodSeconds: 5, failureThreshold: 2 }),
    livenessProbe: probe({ periodSeconds: 10, failureThreshold: 3 }),
    lifecycle: { preStop: { sleep: { seconds: PRE_STOP } } },
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
  };
}

/** Returns the variables that a module gets, with their values in the settings of the deploy. */
export const grantedEnv = (
  { env = {} }: Pick<Settings, 'env'>,
  { env: granted = [] }: ContainerContract,
): [string, EnvValue][] =>
  [...granted].sort().flatMap((name): [string, EnvValue][] => {
    const value = env[name];
    return value === undefined || Object.hasOwn(MODULE_ENV, name) ? [] : [[name, value]];
  });
