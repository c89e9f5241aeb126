import { createHash } from 'node:crypto';
import { IMAGE, PROBE_PATHS } from '@gati/contract/internal';
import type { Settings } from '../config/settings.ts';
import { commonLabels, LABELS, releaseLabels } from './labels.ts';
import { hasEdge } from './edge-route.ts';
import { hasSharedDatabase } from './migrate-job.ts';
import { isolatedName, nameFor, panelName } from './names.ts';
import { POD_SECURITY } from './pod-security.ts';
import { CORE, domainLabel, type Role, rolesOf } from './roles.ts';
import type { IsolatedRelease, ModuleFacts, ReleaseFacts, Target } from './target.ts';
import { moduleServers } from './modules.ts';
import { limitOfCpu } from './limit-of-cpu.ts';
import { spreadPods } from './spread-pods.ts';
import { toEnv } from './to-env.ts';

/** Seconds for load balancers to notice that a pod ends, before its server gets SIGTERM. */
const PRE_STOP = 10;
/** Seconds between the end of the server's drain time and the kill of a pod. */
const MARGIN = 5;
/** Default of GATI_DRAIN. */
const DRAIN = 30;
/**
 * Variable that names the app in the cluster to the server's panel: `NAMESPACE/APP/ENVIRONMENT`.
 */
const CLUSTER_ENV = 'GATI_CLUSTER';

export interface PodTemplate {
  metadata: { labels: Record<string, string> };
  spec: Record<string, unknown>;
}

/**
 * Returns the pod templates of a release with its settings, one for each role. `revision` is their
 * digest, which is a part of their names.
 */
export function createPodTemplates(
  target: Target,
  release: ReleaseFacts,
): { revision: string; templates: { role: Role; template: PodTemplate }[] } {
  const parts = rolesOf(target.settings).map((role) => ({
    role,
    labels: {
      ...commonLabels(target),
      [LABELS.role]: role.name,
      ...(role.domain !== undefined && { [LABELS.domain]: domainLabel(role.domain) }),
      ...releaseLabels(release),
    },
    spec: createSpec(target, release, role),
  }));
  const [core, ...others] = parts.map(({ labels, spec }) => ({ labels, spec }));
  const revision = createHash('sha256')
    .update(JSON.stringify(others.length === 0 ? core : [core, ...others]))
    .digest('hex')
    .slice(0, 10);
  const templates = parts.map(({ role, labels, spec }) => ({
    role,
    template: {
      metadata: { labels: { ...labels, [LABELS.revision]: revision } },
      spec: { ...spec, ...spreadPods(revisionSelector(target, role.name, revision)) },
    },
  }));
  return { revision, templates };
}

function createSpec(target: Target, release: ReleaseFacts, role: Role): Record<string, unknown> {
  const { settings } = target;
  const isPanel = hasPanel(target, role.name);
  return {
    serviceAccountName: isPanel ? panelName(target) : target.app,
    automountServiceAccountToken: isPanel,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: PRE_STOP + drainOf(target) + MARGIN,
    securityContext: POD_SECURITY,
    ...(settings.kubernetes?.pullSecret && {
      imagePullSecrets: [{ name: settings.kubernetes.pullSecret }],
    }),
    containers: [createContainer(target, release, role)],
    volumes: [
      { name: 'data', emptyDir: {} },
      { name: 'tmp', emptyDir: {} },
    ],
  };
}

function createContainer(
  target: Target,
  { image, migrates, isolated, modules }: ReleaseFacts,
  role: Role,
): Record<string, unknown> {
  const { settings } = target;
  const own = ownEnv(target, role, {
    migrates: migrates ?? false,
    isolated: isolated ?? [],
    modules: modules ?? [],
  });
  const [livez, readyz] = PROBE_PATHS;
  const probe = (path: string, rest: object): object => ({
    httpGet: { path, port: 'http' },
    timeoutSeconds: 3,
    ...rest,
  });
  const env = Object.entries(settings.env ?? {})
    .filter(([name]) => !own.some((each) => each.name === name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    name: 'app',
    image,
    ports: [{ name: 'http', containerPort: IMAGE.port }],
    env: [...env.map(([name, each]) => toEnv(target, name, each)), ...own],
    resources: podResources(role),
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

/** Whether the pods of a role serve a panel that acts on the cluster. */
const hasPanel = ({ settings }: Target, role: string): boolean =>
  role === CORE && settings.panel === true;

/** Returns the origin of the panel in browsers. Servers reject plain HTTP of other hosts. */
function panelOrigin({ env = {}, url }: Settings): string | undefined {
  if (url === undefined || env['GATI_PANEL_ORIGIN'] !== undefined) return undefined;
  const { protocol, hostname, origin } = new URL(url);
  return protocol === 'https:' || hostname === 'localhost' ? origin : undefined;
}

/** Returns a pod that has no access to the cluster, for pods that serve no panel. */
export function withoutCluster(
  { app }: Target,
  spec: Record<string, unknown>,
): Record<string, unknown> {
  const { containers } = spec as { containers: { env?: { name: string }[] }[] };
  return {
    ...spec,
    serviceAccountName: app,
    automountServiceAccountToken: false,
    containers: containers.map(({ env = [], ...rest }) => ({
      ...rest,
      env: env.filter(({ name }) => name !== CLUSTER_ENV),
    })),
  };
}

/** Returns the requests and limits of the pods of a role. */
export function podResources({ resources }: Role): {
  requests: { cpu: string; memory: string };
  limits: { cpu: string; memory: string };
} {
  const { cpu = '100m', memory = '256Mi', cpuLimit, memoryLimit } = resources;
  return {
    requests: { cpu, memory },
    // Without a limit, some clusters use the request as the limit.
    limits: { cpu: cpuLimit ?? limitOfCpu(cpu), memory: memoryLimit ?? memory },
  };
}

/** Seconds of the server's drain time. A value from a Secret is unknown. */
function drainOf({ settings }: Target): number {
  const milliseconds = Number(settings.env?.['GATI_DRAIN'] ?? DRAIN * 1000);
  return milliseconds > 0 ? Math.ceil(milliseconds / 1000) : DRAIN;
}

/**
 * Returns the variables that the deploy sets: a server that listened elsewhere would never become
 * ready.
 */
function ownEnv(
  target: Target,
  { name, value, domain }: Role,
  {
    migrates,
    isolated,
    modules,
  }: { migrates: boolean; isolated: IsolatedRelease[]; modules: ModuleFacts[] },
): { name: string; value: string }[] {
  const { settings } = target;
  // A database in the folder of a pod is new, and a Job can't reach it.
  const isOwnDatabase =
    migrates && !hasSharedDatabase(settings) && settings.env?.['GATI_MIGRATIONS'] === undefined;
  const all: Record<string, string | undefined> = {
    HOST: '0.0.0.0',
    PORT: String(IMAGE.port),
    GATI_ROLE: value,
    GATI_DOMAIN: domain,
    GATI_RELEASE_SERVERS: name === CORE ? releaseServers(target, isolated) : undefined,
    GATI_MODULE_SERVERS: moduleServers(target, modules),
    ...(hasPanel(target, name) && {
      [CLUSTER_ENV]: `${target.namespace}/${target.app}/${target.environment}`,
      GATI_PANEL_ORIGIN: panelOrigin(settings),
    }),
    GATI_MIGRATIONS: isOwnDatabase ? 'apply' : undefined,
    ...(!hasEdge(target.settings) &&
      (domain !== undefined
        ? { GATI_TRUST_PROXY: trustedProxies(target.settings) }
        : name === CORE && { GATI_DOMAINS: domainServers(target) })),
  };
  return Object.entries(all).flatMap(([key, text]) =>
    text === undefined ? [] : [{ name: key, value: text }],
  );
}

/** Returns the Services of earlier releases: `1.2.0=http://shop-release-3f9a0c1b22`. */
function releaseServers(target: Target, isolated: IsolatedRelease[]): string | undefined {
  const pairs = isolated.map(
    ({ version, revision }) => `${version}=http://${isolatedName(target, revision)}`,
  );
  return pairs.length > 0 ? pairs.join(',') : undefined;
}

/** Returns the Services to which the core passes requests: `payments=http://shop-routes-payments`. */
function domainServers(target: Target): string | undefined {
  const pairs = rolesOf(target.settings).flatMap((role) =>
    role.domain === undefined ? [] : [`${role.domain}=http://${nameFor(target, role)}`],
  );
  return pairs.length > 0 ? pairs.join(',') : undefined;
}

/**
 * Returns the number of proxies in front of the pods of a domain: one more than in front of the
 * core. If `GATI_TRUST_PROXY` contains addresses, returns `undefined`, and these addresses apply.
 */
function trustedProxies({ env = {} }: Settings): string | undefined {
  const value = env['GATI_TRUST_PROXY'] ?? 0;
  return /^\d{1,2}$/.test(String(value)) ? String(Number(value) + 1) : undefined;
}

/** Selects the pods of one role of a revision. */
export function revisionSelector(
  target: Target,
  role: string,
  revision: string,
): Record<string, string> {
  return {
    [LABELS.app]: target.app,
    [LABELS.environment]: target.environment,
    [LABELS.role]: role,
    [LABELS.revision]: revision,
  };
}
