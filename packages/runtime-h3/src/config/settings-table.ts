/** Facts about one variable of a server, for people. */
export interface SettingFacts {
  name: string;
  /** Type of its values, for people: `milliseconds`. */
  type: string;
  /** `runtime`: a running server can change it. `start`: it applies after a restart. */
  when: 'runtime' | 'start';
  summary: string;
  /** Describes the default where it can't be written as a value. */
  unset?: string;
  /** Its value is a secret. Secrets within a URL are hidden in any case. */
  secret?: boolean;
}

const start = (name: string, type: string, summary: string): SettingFacts => ({
  name,
  type,
  when: 'start',
  summary,
});
const secret = (name: string, type: string, summary: string): SettingFacts => ({
  ...start(name, type, summary),
  secret: true,
});
const runtime = (name: string, type: string, summary: string, unset?: string): SettingFacts => ({
  ...start(name, type, summary),
  when: 'runtime',
  ...(unset !== undefined && { unset }),
});

/** All variables that a server reads, besides those of the app. */
export const SETTINGS: readonly SettingFacts[] = [
  start('PORT', 'port', 'Port to listen on'),
  start('HOST', 'address', 'Address to listen on'),
  start('GATI_ADMIN_PORT', 'port', 'Port for /metrics and the panel'),
  start('GATI_ADMIN_HOST', 'address', 'Address of the admin port'),
  start('GATI_WORKERS', 'number', 'Processes that serve requests, at the start'),
  start('GATI_ROLE', 'all, core, routes or worker', 'What this server does'),
  start('GATI_DOMAIN', 'name', 'Domain that a server with the role routes serves'),
  start('GATI_DOMAINS', 'domain=URL, …', 'Servers that serve the routes of domains'),
  start(
    'GATI_CLUSTER',
    'namespace/app/environment',
    'Place of the app in the cluster, for the panel',
  ),
  start('GATI_RELEASE_SERVERS', 'version=URL, …', 'Servers that serve other releases'),
  start('GATI_MODULE_SERVERS', 'module=URL, …', 'Servers of docker: modules that run elsewhere'),
  start('GATI_DRAIN', 'milliseconds', 'Time to finish open requests and jobs at the end'),
  start('GATI_HEARTBEAT_TIMEOUT', 'milliseconds', 'Time after which a silent worker is replaced'),
  start('GATI_START_TIMEOUT', 'milliseconds', 'Time that a worker may take to start'),
  start('GATI_TRUST_PROXY', 'number or addresses', 'Proxies whose forwarded headers count'),
  start('GATI_EFFECTS', 'URL', 'Queue of effects'),
  runtime(
    'GATI_EFFECT_CONCURRENCY',
    'effect=number, …',
    'Maximum number of running jobs per effect',
    'the limit of each effect',
  ),
  start('GATI_RELEASES', 'URL', 'Release store'),
  start('GATI_CACHE', 'folder', 'Where releases of the store are unpacked'),
  start('GATI_PROOF_QUIET', 'milliseconds', 'Time that a new release must run without an error'),
  start('GATI_PROOF_TIMEOUT', 'milliseconds', 'Time for each step of the proof of a release'),
  start('GATI_PROOF_MEMORY', 'MB', 'Memory that the proof of a release has'),
  start('GATI_PROOF_WATCH', 'milliseconds', 'Time in which deaths count against a new release'),
  start('GATI_DATABASE', 'URL', 'Database of gctx.db'),
  start(
    'GATI_MIGRATIONS',
    'warn, wait or apply',
    'What happens at the start if migrations are pending',
  ),
  start('GATI_LIMITS', 'limit=number, …', 'Limits that replace those of the build'),
  runtime('GATI_LOG_LEVEL', 'level', 'Lowest level of the log'),
  runtime('GATI_LOG_REQUESTS', 'on or off', 'Whether stdout has a line for each request'),
  start('GATI_PANEL', 'on or off', 'Whether the server has a panel'),
  start('GATI_PANEL_ORIGIN', 'origin', 'Origin of the panel in browsers'),
  start('GATI_TELEMETRY', 'URL', 'Store of telemetry'),
  start('GATI_CAPTURE', 'on or off', 'Whether development captures headers and bodies'),
  start('GATI_CALLER_IDS', 'on or off', 'Whether callers are counted by their hashed ids'),
  ...['', '_TRACES', '_LOGS', '_METRICS'].flatMap((signal) => [
    start(`OTEL_EXPORTER_OTLP${signal}_ENDPOINT`, 'URL', 'Where telemetry is exported to'),
    secret(`OTEL_EXPORTER_OTLP${signal}_HEADERS`, 'name=value, …', 'Headers of the export'),
    start(`OTEL_EXPORTER_OTLP${signal}_PROTOCOL`, 'protocol', 'Encoding of the export'),
    start(`OTEL_EXPORTER_OTLP${signal}_COMPRESSION`, 'gzip or none', 'Compression of the export'),
    start(`OTEL_EXPORTER_OTLP${signal}_TIMEOUT`, 'milliseconds', 'Time for one try of the export'),
  ]),
  ...['TRACES', 'LOGS', 'METRICS'].map((signal) =>
    start(`OTEL_${signal}_EXPORTER`, 'otlp or none', 'Whether this signal is exported'),
  ),
  start('OTEL_SERVICE_NAME', 'name', 'Name of the app in telemetry'),
  start('OTEL_RESOURCE_ATTRIBUTES', 'name=value, …', 'Attributes of the server in telemetry'),
  start('OTEL_BSP_SCHEDULE_DELAY', 'milliseconds', 'Time between two exports of traces'),
  start('OTEL_BLRP_SCHEDULE_DELAY', 'milliseconds', 'Time between two exports of logs'),
  start('OTEL_METRIC_EXPORT_INTERVAL', 'milliseconds', 'Time between two exports of metrics'),
  runtime(
    'OTEL_TRACES_SAMPLER',
    'sampler',
    'Which requests have spans',
    'failed, slow and some other requests',
  ),
  runtime('OTEL_TRACES_SAMPLER_ARG', 'share', 'Share of traceidratio, from 0 to 1'),
  start('OTEL_SDK_DISABLED', 'true or false', 'Whether the export is off'),
  start('GATI_LOKI_URL', 'URL', 'Loki that gets the log'),
  start('GATI_PROMETHEUS_URL', 'URL', 'Prometheus whose metrics the panel shows'),
  start('GATI_PROMETHEUS_LABELS', 'name=value, …', 'Labels that choose the series of this app'),
  start('GATI_PEERS', 'host:port, …', 'Servers that get the telemetry of this one'),
  start('GATI_PEER_PORT', 'port', 'Port on which telemetry of other servers is received'),
  start('GATI_PEER_HOST', 'address', 'Address of this port'),
  secret('GATI_PEER_TOKEN', 'secret', 'Secret of the servers that exchange telemetry'),
  start('GATI_REGION', 'name', 'Value of gctx.instance.region'),
  start('GATI_ZONE', 'name', 'Value of gctx.instance.zone'),
];

const BY_NAME = new Map(SETTINGS.map((facts) => [facts.name, facts]));

/** Returns the facts about a variable of the server, `undefined` for others. */
export const factsOfSetting = (name: string): SettingFacts | undefined => BY_NAME.get(name);
