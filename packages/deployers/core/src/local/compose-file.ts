import { IMAGE } from '@gati/contract/internal';
import { printYaml } from '../config/print-yaml.ts';
import type { EnvValue, LocalSettings } from '../config/settings.ts';

/** Facts that the file depends on. */
export interface ComposeFacts {
  app: string;
  /** Tag of the image on this machine. */
  image: string;
  env: Record<string, EnvValue>;
  local: LocalSettings;
  hasEffects: boolean;
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
  const { app, local, hasEffects } = facts;
  const { port = DEFAULT_PORT, telemetry = true } = local;
  const hasWorker = hasEffects;
  const services: Record<string, Service> = {
    app: {
      ...server(facts, hasWorker ? 'core' : undefined),
      ports: [`127.0.0.1:${port}:${IMAGE.port}`],
    },
    ...(hasWorker && { worker: server(facts, 'worker') }),
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
  { app, image, env, local, hasEffects }: ComposeFacts,
  role: 'core' | 'worker' | undefined,
): Service {
  const { queue = 'redis', telemetry = true } = local;
  const own: Record<string, string> = {
    ...(role && { GATI_ROLE: role }),
    ...(hasEffects && { GATI_EFFECTS: QUEUES[queue] }),
    ...(telemetry && {
      GATI_LOKI_URL: 'http://loki:3100',
      GATI_PROMETHEUS_URL: 'http://prometheus:9090',
      GATI_PROMETHEUS_LABELS: `job=${encodeURIComponent(app)}`,
    }),
  };
  const given = Object.entries(env).map(([name, value]) => [name, toValue(name, value)]);
  return {
    image,
    // As strict as the pods of a cluster.
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    tmpfs: ['/tmp'],
    environment: { ...own, ...Object.fromEntries(given) },
    volumes: [`data:${IMAGE.data}`],
    restart: 'unless-stopped',
    // Longer than the 30 seconds in which the server finishes its requests.
    stop_grace_period: '35s',
    ...(hasEffects && queue !== 'sqlite' && { depends_on: ['queue'] }),
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
