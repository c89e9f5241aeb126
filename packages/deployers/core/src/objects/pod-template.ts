import { createHash } from 'node:crypto';
import { IMAGE, PROBE_PATHS } from '@gati/contract/internal';
import type { EnvValue } from '../config/settings.ts';
import { commonLabels, LABELS, releaseLabels } from './labels.ts';
import type { ReleaseFacts, Target } from './target.ts';

/** The only role so far: one process serves requests and effects. */
export const ROLE = 'core';
/** Seconds for load balancers to notice that a pod ends, before its server gets SIGTERM. */
const PRE_STOP = 10;
/** Seconds between the end of the server's drain time and the kill of a pod. */
const MARGIN = 5;
/** Default of GATI_DRAIN. */
const DRAIN = 30;
/** Set here: a server that listens elsewhere would never become ready. */
const OWN_ENV = ['HOST', 'PORT'];

export interface PodTemplate {
  metadata: { labels: Record<string, string> };
  spec: Record<string, unknown>;
}

/** Returns the pods of a release with its settings, and the digest that names them. */
export function createPodTemplate(
  target: Target,
  release: ReleaseFacts,
): { template: PodTemplate; revision: string } {
  const { settings, app } = target;
  const labels = { ...commonLabels(target), [LABELS.role]: ROLE, ...releaseLabels(release) };
  const spec = {
    serviceAccountName: app,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: PRE_STOP + drainOf(target) + MARGIN,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: IMAGE.user,
      runAsGroup: IMAGE.user,
      fsGroup: IMAGE.user,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    ...(settings.kubernetes?.pullSecret && {
      imagePullSecrets: [{ name: settings.kubernetes.pullSecret }],
    }),
    containers: [createContainer(target, release)],
    volumes: [
      { name: 'data', emptyDir: {} },
      { name: 'tmp', emptyDir: {} },
    ],
  };
  const revision = createHash('sha256')
    .update(JSON.stringify({ labels, spec }))
    .digest('hex')
    .slice(0, 10);
  const own = { ...labels, [LABELS.revision]: revision };
  const template = { metadata: { labels: own }, spec: { ...spec, ...spread(target, revision) } };
  return { template, revision };
}

function createContainer({ settings }: Target, { image }: ReleaseFacts): Record<string, unknown> {
  const { cpu = '100m', memory = '256Mi', cpuLimit, memoryLimit } = settings.resources ?? {};
  const [livez, readyz] = PROBE_PATHS;
  const probe = (path: string, rest: object): object => ({
    httpGet: { path, port: 'http' },
    timeoutSeconds: 3,
    ...rest,
  });
  const env = Object.entries(settings.env ?? {})
    .filter(([name]) => !OWN_ENV.includes(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    name: 'app',
    image,
    ports: [{ name: 'http', containerPort: IMAGE.port }],
    env: [...env.map(([name, value]) => toEnv(name, value)), ...ownEnv()],
    resources: {
      requests: { cpu, memory },
      // If there is no limit, some clusters use the request as the limit.
      limits: { cpu: cpuLimit ?? (coresOf(cpu) > 1 ? cpu : '1'), memory: memoryLimit ?? memory },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    startupProbe: probe(readyz, { periodSeconds: 1, failureThreshold: 60 }),
    readinessProbe: probe(readyz, { periodSeconds: 5, failureThreshold: 2 }),
    livenessProbe: probe(livez, { periodSeconds: 10, failureThreshold: 3 }),
    lifecycle: { preStop: { sleep: { seconds: PRE_STOP } } },
    volumeMounts: [
      { name: 'data', mountPath: IMAGE.data },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
}

const coresOf = (cpu: string): number =>
  cpu.endsWith('m') ? Number.parseFloat(cpu) / 1000 : Number.parseFloat(cpu);

/** Seconds of the server's drain time. A value from a Secret is unknown. */
function drainOf({ settings }: Target): number {
  const milliseconds = Number(settings.env?.['GATI_DRAIN'] ?? DRAIN * 1000);
  return milliseconds > 0 ? Math.ceil(milliseconds / 1000) : DRAIN;
}

const ownEnv = (): object[] => [
  { name: 'HOST', value: '0.0.0.0' },
  { name: 'PORT', value: String(IMAGE.port) },
];

function toEnv(name: string, value: EnvValue): Record<string, unknown> {
  if (typeof value === 'object')
    return { name, valueFrom: { secretKeyRef: { name: value.secret, key: value.key } } };
  return { name, value: String(value) };
}

function spread(target: Target, revision: string): Record<string, unknown> {
  const labelSelector = { matchLabels: revisionSelector(target, revision) };
  const rule = { maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway', labelSelector };
  return {
    topologySpreadConstraints: ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map(
      (topologyKey) => ({ ...rule, topologyKey }),
    ),
  };
}

/** Selects the pods of one revision. */
export function revisionSelector(target: Target, revision: string): Record<string, string> {
  return {
    [LABELS.app]: target.app,
    [LABELS.environment]: target.environment,
    [LABELS.role]: ROLE,
    [LABELS.revision]: revision,
  };
}
