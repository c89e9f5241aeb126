import { createHash } from 'node:crypto';
import { IMAGE } from '@gati/contract/internal';
import { printYaml } from '../config/print-yaml.ts';
import type { EnvValue, LocalSettings } from '../config/settings.ts';
import { grantedEnv, MODULE_ENV, MODULE_PORT } from '../objects/modules.ts';
import type { ModuleFacts } from '../objects/target.ts';
import { toName } from '../objects/to-name.ts';

/** Facts that the file depends on. */
export interface ComposeFacts {
  app: string;
  /** Tag of the image on this machine. */
  image: string;
  env: Record<string, EnvValue>;
  local: LocalSettings;
  hasEffects: boolean;
  /** Modules with a `docker:` source. */
  modules: ModuleFacts[];
}

type Service = Record<string, unknown>;

/** Images of the services beside the app. */
const IMAGES = {
  redis: 'redis:8-alpine',
  postgres: 'postgres:18-alpine',
  prometheus: 'prom/prometheus:v3.7.3',
  loki: 'grafana/loki:3.7.8',
} as const;

/** Addresses of the queues for the app. They are on the network of these containers only. */
const QUEUES: Record<NonNullable<LocalSettings['queue']>, string> = {
  sqlite: `sqlite:${IMAGE.data}/effects.db`,
  redis: 'redis://queue:6379',
  postgres: 'postgres://postgres:local@queue:5432/postgres',
};

/** Security options that equal those of pods in a cluster. */
const RESTRICTED = {
  read_only: true,
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
} as const;

/** Network of the app and its modules. */
const MODULES = 'modules';

export const DEFAULT_PORT = 3000;
/** First line of the file, which warns that changes are lost. */
const HEAD = '# Written by `gati-deploy local`. Changes are lost.\n';

/**
 * Prints the files of Docker Compose: the app, a worker for its effects, their queue, Prometheus
 * and Loki. Only the app is reachable from this machine, on loopback.
 *
 * @returns contents by file name
 */
export function printComposeFiles(facts: ComposeFacts): Record<string, string> {
  const { app, local, hasEffects, modules } = facts;
  const { port = DEFAULT_PORT, telemetry = true } = local;
  const hasWorker = hasEffects;
  const services: Record<string, Service> = {
    app: {
      ...server(facts, hasWorker ? 'core' : undefined),
      ports: [`127.0.0.1:${port}:${IMAGE.port}`],
    },
    ...(hasWorker && { worker: server(facts, 'worker') }),
    ...Object.fromEntries(
      modules.map((module) => [moduleService(module), moduleContainer(module, facts)]),
    ),
    ...(hasEffects && queueService(local)),
    ...(telemetry && {
      prometheus: {
        image: IMAGES.prometheus,
        volumes: ['./prometheus.yaml:/etc/prometheus/prometheus.yml:ro', 'prometheus:/prometheus'],
        restart: 'unless-stopped',
      },
      loki: { image: IMAGES.loki, volumes: ['loki:/loki'], restart: 'unless-stopped' },
    }),
  };
  const volumes = Object.values(services)
    .flatMap((service) => (service['volumes'] as string[] | undefined) ?? [])
    .map((volume) => volume.split(':')[0]!)
    .filter((name) => !name.startsWith('.'));
  const compose = {
    services,
    volumes: Object.fromEntries([...new Set(volumes)].map((name) => [name, {}])),
    // Containers that are only in this network can't reach any other network.
    ...(modules.length > 0 && { networks: { default: {}, [MODULES]: { internal: true } } }),
  };
  const jobs = ['app', ...(hasWorker ? ['worker'] : [])];
  const prometheus = {
    global: { scrape_interval: '15s' },
    scrape_configs: [
      {
        job_name: app,
        static_configs: [{ targets: jobs.map((name) => `${name}:${IMAGE.port}`) }],
      },
    ],
  };
  return {
    'compose.yaml': HEAD + printYaml(compose),
    ...(telemetry && { 'prometheus.yaml': HEAD + printYaml(prometheus) }),
  };
}

function server(
  { app, image, env, local, hasEffects, modules }: ComposeFacts,
  role: 'core' | 'worker' | undefined,
): Service {
  const { queue = 'redis', telemetry = true } = local;
  const own: Record<string, string> = {
    ...(role && { GATI_ROLE: role }),
    ...(hasEffects && { GATI_EFFECTS: QUEUES[queue] }),
    ...(modules.length > 0 && {
      GATI_MODULE_SERVERS: modules
        .map((module) => `${module.name}=http://${moduleService(module)}:${MODULE_PORT}`)
        .join(','),
    }),
    ...(telemetry && {
      GATI_LOKI_URL: 'http://loki:3100',
      GATI_PROMETHEUS_URL: 'http://prometheus:9090',
      GATI_PROMETHEUS_LABELS: `job=${encodeURIComponent(app)}`,
    }),
  };
  const given = Object.entries(env).map(([name, value]) => [name, toValue(name, value)]);
  return {
    image,
    ...RESTRICTED,
    tmpfs: ['/tmp'],
    environment: { ...own, ...Object.fromEntries(given) },
    volumes: [`data:${IMAGE.data}`],
    ...(modules.length > 0 && { networks: ['default', MODULES] }),
    restart: 'unless-stopped',
    // Longer than the 30 seconds in which the server finishes its requests.
    stop_grace_period: '35s',
    ...(hasEffects && queue !== 'sqlite' && { depends_on: ['queue'] }),
  };
}

/** Returns the name of a module in the network, where names can't differ by case alone. */
function moduleService({ name }: ModuleFacts): string {
  const clean = toName(name, 40);
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 6);
  return `module-${clean}${clean === name ? '' : `-${digest}`}`;
}

/** Returns a container with the same rights as a `docker:` module that the server starts. */
function moduleContainer({ image, container }: ModuleFacts, facts: ComposeFacts): Service {
  const given = grantedEnv(facts, container).map(([name, value]) => [name, toValue(name, value)]);
  return {
    image,
    // Docker can't pull an image by the id that it has on this machine.
    ...(image.startsWith('sha256:') && { pull_policy: 'never' }),
    ...RESTRICTED,
    user: `${IMAGE.user}:${IMAGE.user}`,
    tmpfs: ['/tmp:rw,noexec,nosuid,nodev,size=64m,mode=1777'],
    environment: { ...Object.fromEntries(given), ...MODULE_ENV },
    // A module ends when its standard input ends.
    stdin_open: true,
    init: true,
    mem_limit: container.memory,
    pids_limit: 256,
    networks: container.network ? ['default', MODULES] : [MODULES],
    restart: 'unless-stopped',
    stop_grace_period: `${Math.ceil(container.stop / 1000)}s`,
  };
}

function queueService({ queue = 'redis' }: LocalSettings): Record<string, Service> {
  const restart = 'unless-stopped';
  if (queue === 'redis')
    return {
      queue: {
        image: IMAGES.redis,
        command: ['redis-server', '--appendonly', 'yes'],
        volumes: ['queue:/data'],
        restart,
      },
    };
  if (queue === 'postgres')
    return {
      queue: {
        image: IMAGES.postgres,
        environment: { POSTGRES_PASSWORD: 'local' },
        volumes: ['queue:/var/lib/postgresql'],
        restart,
      },
    };
  return {};
}

/** Secrets come from the shell or from `.env`: Compose ends if they are missing. */
const toValue = (name: string, value: EnvValue): string =>
  typeof value === 'object'
    ? `\${${name}:?the secret ${name} is missing in the environment}`
    : String(value).replaceAll('$', '$$$$');
