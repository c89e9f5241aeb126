import { isAddressRange } from '../app/request/client-ip.ts';
import { RUNTIME_SETTINGS } from '../config/runtime-settings.ts';
import type { LogLevel } from '../types/log-level.ts';
import { DEFAULT_LIMITS, type LimitName, type Limits } from '../types/limits.ts';
import { badEnvError, type Env, readInteger } from '../config/read-env.ts';
import { countCpus } from './cpus.ts';

export type Role = 'all' | 'core' | 'routes' | 'worker';

const ROLES: readonly string[] = ['all', 'core', 'routes', 'worker'] satisfies Role[];

/** Settings of the server process from its environment. Times are milliseconds. */
export interface ServerEnv {
  host: string;
  /** 0: the system chooses a free port. */
  port: number;
  /**
   * Separate port of `/metrics` and the panel; 0: the system chooses one. Not set: they are on
   * `port`.
   */
  adminPort: number | undefined;
  adminHost: string;
  workers: number;
  role: Role;
  /** Set for `role: 'routes'` only. */
  domain: string | undefined;
  /** Servers of domains, to which this one passes the requests for their routes. */
  domains: ReadonlyMap<string, URL> | undefined;
  /** Servers of other releases by exact version. */
  releaseServers: ReadonlyMap<string, URL> | undefined;
  /** Servers of `docker:` modules by name, which run elsewhere. */
  moduleServers: ReadonlyMap<string, URL> | undefined;
  /** Time that requests in flight get once the process has to end. */
  drain: number;
  /**
   * Time without a heartbeat after which a worker is replaced. 0: workers are not watched. Not set:
   * the default of each kind of worker.
   */
  heartbeatTimeout: number | undefined;
  /** Time that a worker may take to start. 0: no limit. */
  startTimeout: number;
  /** Number of proxies in front of the server, or their addresses and CIDR ranges. */
  trustProxy: number | string[] | undefined;
  logLevel: LogLevel;
  /** Store of telemetry: `sqlite:PATH` or `memory:`. `off`: nothing is stored or exported. */
  telemetry: string | undefined;
  /** Whether the panel is served if the build contains it. */
  panel: boolean;
  /** Origin under which browsers reach the panel. Not set: localhost. */
  panelOrigin: string | undefined;
  /** Limits that replace those of the build. */
  limits: Partial<Limits>;
}

/** A smaller value would end healthy workers, and is probably meant as seconds. */
const MIN_HEARTBEAT_TIMEOUT = 500;

/**
 * Reads the settings. An empty value counts as absent.
 * @throws {GatiError} GATI_BAD_ENV when a value is missing or can't be used
 */
export function readServerEnv(env: Env): ServerEnv {
  const role = env.GATI_ROLE || 'all';
  if (!ROLES.includes(role)) throw badEnvError('GATI_ROLE', role, `one of ${ROLES.join(', ')}`);
  if (role === 'routes' && !env.GATI_DOMAIN)
    throw badEnvError('GATI_DOMAIN', '', 'the name of a domain, which GATI_ROLE=routes needs');
  return {
    host: env.HOST || '127.0.0.1',
    port: readInteger(env, 'PORT', 0, 65_535, 'a port from 0 to 65535') ?? 3000,
    adminPort: readInteger(env, 'GATI_ADMIN_PORT', 0, 65_535, 'a port from 0 to 65535'),
    adminHost: env.GATI_ADMIN_HOST || '127.0.0.1',
    workers:
      readInteger(env, 'GATI_WORKERS', 1, 1024, 'a number of processes above 0') ?? countCpus(),
    role: role as Role,
    domain: role === 'routes' ? env.GATI_DOMAIN : undefined,
    domains: role === 'routes' ? undefined : readServers(env, 'GATI_DOMAINS', 'payments'),
    releaseServers: readServers(env, 'GATI_RELEASE_SERVERS', '1.2.0'),
    moduleServers: readServers(env, 'GATI_MODULE_SERVERS', 'scorer'),
    drain: readInteger(env, 'GATI_DRAIN', 0, 2 ** 31 - 1, 'milliseconds') ?? 30_000,
    heartbeatTimeout: readHeartbeatTimeout(env),
    startTimeout:
      readInteger(env, 'GATI_START_TIMEOUT', 0, 2 ** 31 - 1, 'milliseconds, 0 for no limit') ??
      60_000,
    trustProxy: readTrustProxy(env.GATI_TRUST_PROXY),
    logLevel: readLogLevel(env),
    telemetry: readTelemetry(env.GATI_TELEMETRY),
    panel: readSwitch(env, 'GATI_PANEL'),
    panelOrigin: readPanelOrigin(env.GATI_PANEL_ORIGIN),
    limits: readLimits(env.GATI_LIMITS),
  };
}

/** Reads `payments=http://shop-payments,refunds=http://shop-refunds:3000`. */
function readServers(
  env: Env,
  variable: string,
  example: string,
): ReadonlyMap<string, URL> | undefined {
  const text = env[variable];
  if (!text) return undefined;
  const servers = new Map<string, URL>();
  for (const pair of text.split(',')) {
    const at = pair.indexOf('=');
    const [name, address] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
    const url = at > 0 && URL.canParse(address) ? new URL(address) : undefined;
    if (url?.protocol !== 'http:' || url.pathname !== '/' || url.search !== '' || name === '')
      throw badEnvError(
        variable,
        text,
        `names with the HTTP origins of their servers: ${example}=http://shop-${example}`,
      );
    servers.set(name, url);
  }
  return servers;
}

function readHeartbeatTimeout(env: Env): number | undefined {
  const name = 'GATI_HEARTBEAT_TIMEOUT';
  const expected = `${MIN_HEARTBEAT_TIMEOUT} milliseconds or more, 0 to turn it off`;
  const value = readInteger(env, name, 0, 2 ** 31 - 1, expected);
  if (value !== undefined && value > 0 && value < MIN_HEARTBEAT_TIMEOUT)
    throw badEnvError(name, String(value), expected);
  return value;
}

function readTrustProxy(text: string | undefined): number | string[] | undefined {
  if (!text) return undefined;
  if (/^\d{1,3}$/.test(text)) return Number(text);
  const ranges = text.split(',').map((range) => range.trim());
  if (!ranges.every(isAddressRange))
    throw badEnvError(
      'GATI_TRUST_PROXY',
      text,
      'a number of proxies, or addresses and CIDR ranges separated by commas',
    );
  return ranges;
}

/** Returns the log level, and checks the other settings that workers read themselves. */
function readLogLevel(env: Env): LogLevel {
  for (const name of ['GATI_LOG_LEVEL', 'GATI_LOG_REQUESTS', 'GATI_EFFECT_CONCURRENCY'] as const)
    if (env[name] && RUNTIME_SETTINGS[name].parse(env[name]) === undefined)
      throw badEnvError(name, env[name], RUNTIME_SETTINGS[name].expects);
  readSwitch(env, 'GATI_CALLER_IDS');
  return RUNTIME_SETTINGS.GATI_LOG_LEVEL.parse(env.GATI_LOG_LEVEL ?? '') ?? 'info';
}

function readTelemetry(text: string | undefined): string | undefined {
  if (!text) return undefined;
  if (text === 'off' || text === 'memory:' || /^sqlite:./.test(text)) return text;
  throw badEnvError('GATI_TELEMETRY', text, '`sqlite:PATH`, `memory:` or `off`');
}

function readSwitch(env: Env, name: 'GATI_PANEL' | 'GATI_CALLER_IDS'): boolean {
  const text = env[name];
  if (text && text !== 'on' && text !== 'off') throw badEnvError(name, text, '`on` or `off`');
  return text !== 'off';
}

/** Over HTTP, browsers send passwords and cookies unencrypted, and do not support passkeys. */
function readPanelOrigin(text: string | undefined): string | undefined {
  if (!text) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe = url?.protocol === 'https:' || url?.hostname === 'localhost';
  if (!url || !isSafe || (text !== url.origin && text !== `${url.origin}/`))
    throw badEnvError(
      'GATI_PANEL_ORIGIN',
      text,
      'the origin of the panel in browsers, with https and without a path: https://shop.example',
    );
  return url.origin;
}

/** Reads `connections=5000,writeTimeout=10000`. */
function readLimits(text: string | undefined): Partial<Limits> {
  const limits: Partial<Limits> = {};
  for (const pair of text?.split(',') ?? []) {
    const [name = '', value = ''] = pair.split('=').map((part) => part.trim());
    if (pair.trim() === '') continue;
    if (!Object.hasOwn(DEFAULT_LIMITS, name) || !/^[1-9]\d{0,14}$/.test(value))
      throw badEnvError(
        'GATI_LIMITS',
        text!,
        'limits with whole numbers above 0, separated by commas: connections=5000,writeTimeout=10000',
      );
    limits[name as LimitName] = Number(value);
  }
  return limits;
}
