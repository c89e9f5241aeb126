import type { AddressInfo, Server } from 'node:net';
import { createJsonLogger } from '../../telemetry/log/logger.ts';
import { LimitCounts } from '../../telemetry/record/limit-counts.ts';
import { DEFAULT_LIMITS } from '../../types/limits.ts';
import { boundOutput } from '../channel/bounded-output.ts';
import type { Logger } from '../../types/context.ts';
import { readServerEnv, type ServerEnv } from '../env.ts';
import type { ServerOptions } from '../options.ts';
import { panelState, telemetryStore } from '../panel-env.ts';
import { formatStartupError } from '../startup-error.ts';
import { EarlyLines } from './early-lines.ts';
import { listen, toUrl } from './listener.ts';
import type { Telemetry } from './telemetry.ts';
import { WorkerPools } from './worker-pools.ts';

/** Minimum milliseconds between two log lines about connections that could not be accepted. */
const ACCEPT_LOG_INTERVAL = 10_000;

/** Options of the build that the supervisor needs. */
type SupervisorOptions = Pick<ServerOptions, 'limits' | 'modules' | 'panel'>;

/**
 * Runs the process that people start. It holds the port, keeps the workers running and forwards
 * signals to them. It runs no code of the app.
 */
export async function runSupervisor(options: SupervisorOptions = {}): Promise<void> {
  const lines = new EarlyLines(writeLine);
  try {
    await serve(options, lines);
  } catch (error) {
    lines.release();
    process.stderr.write(`${formatStartupError(error)}\n`);
    process.exit(1);
  }
}

async function serve(options: SupervisorOptions, lines: EarlyLines): Promise<void> {
  // A reader that closes the pipe after the ready line must not end the server.
  process.stdout.on('error', () => {});
  const env = readServerEnv(process.env);
  let telemetry: Telemetry | undefined;
  let pools: WorkerPools | undefined;
  const logger = createJsonLogger({
    level: () => pools?.logLevel ?? env.logLevel,
    write(line) {
      lines.write(line);
      telemetry?.write(line);
    },
  });
  const panel = panelState(options, env);
  const store = telemetryStore(env, panel);
  const isObserved = collectsTelemetry(store, process.env);
  let server: Server | undefined;
  let admin: Server | undefined;
  if (isObserved || panel === 'on')
    telemetry = (await import('./telemetry.ts')).createTelemetry(env, {
      store,
      isObserved,
      hasPanel: panel === 'on',
      panelPort: () => portOf(admin ?? server!),
      appPort: () => portOf(server!),
      logger,
      onMessage: (worker, message) => pools!.onCollector(worker, message),
    });
  const limits = { ...DEFAULT_LIMITS, ...options.limits, ...env.limits };
  const limitCounts = new LimitCounts(logger);
  for (const stream of [process.stdout, process.stderr])
    boundOutput(stream, limits.logQueue).onDrop = () => limitCounts.add('logQueue');
  pools = new WorkerPools(env, logger, limits, limitCounts, telemetry);
  if (options.modules) await pools.superviseModules(options.modules, env.moduleServers);
  handleSignals(pools, lines, () => server?.close());
  server = await openPort(env, pools, logger);
  if (env.adminPort !== undefined) admin = await openAdmin(env, pools, logger, telemetry);
  await pools.start(() => {
    printReadyLine(toUrl(server!, env.host));
    lines.release();
    if (admin) logger.info('the admin port is open', { url: toUrl(admin, env.adminHost) });
    if (panel === 'no-sqlite') logger.warn('the panel is off', { reason: NO_SQLITE });
  });
}

/** @throws {GatiError} GATI_PORT_TAKEN, GATI_LISTEN when the port can't be opened */
async function openAdmin(
  { adminHost, adminPort = 0, panelOrigin }: ServerEnv,
  pools: WorkerPools,
  logger: Logger,
  telemetry: Telemetry | undefined,
): Promise<Server> {
  // Loaded late, since most servers have no such port.
  const { openAdminPort } = await import('./admin-port.ts');
  return openAdminPort({
    host: adminHost,
    port: adminPort,
    origin: panelOrigin,
    control: telemetry?.control,
    logger,
    async metrics(accept) {
      const { printMetrics } = await import('../../telemetry/export/print-metrics.ts');
      return printMetrics(await pools.collectMetrics(), accept);
    },
  });
}

const NO_SQLITE = `Node ${process.versions.node} has no SQLite: use Node 22.13 or later, or install the package libsql.`;

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** Variables that name a target of telemetry. */
const TARGET = /^(OTEL_EXPORTER_OTLP_(\w+_)?ENDPOINT|GATI_LOKI_URL|GATI_PEERS)$/;

/** Whether telemetry is stored or exported. */
function collectsTelemetry(store: string | undefined, env: NodeJS.ProcessEnv): boolean {
  if (store !== undefined) return store !== 'off';
  return Object.keys(env).some((name) => TARGET.test(name) && env[name] !== '');
}

/** @throws {GatiError} GATI_PORT_TAKEN, GATI_LISTEN when the port can't be opened */
async function openPort(
  { host, port }: { host: string; port: number },
  pools: WorkerPools,
  logger: Logger,
): Promise<Server> {
  const server = await listen(host, port, (socket) => {
    // A connection may break before a worker accepts it. That is not an error of the server.
    socket.on('error', () => {});
    pools.http.assign(socket);
  });
  // Without free file descriptors each connection fails.
  let quietUntil = 0;
  server.on('error', (error) => {
    const now = performance.now();
    if (now < quietUntil) return;
    quietUntil = now + ACCEPT_LOG_INTERVAL;
    logger.error('a connection could not be accepted', { reason: error.message });
  });
  return server;
}

/**
 * Handles signals: SIGTERM and SIGINT stop the server, SIGUSR2 replaces all workers. A second
 * SIGTERM or SIGINT ends the server immediately.
 */
function handleSignals(pools: WorkerPools, lines: EarlyLines, closePort: () => void): void {
  let isStopping = false;
  const stop = async (): Promise<void> => {
    if (isStopping) {
      pools.kill();
      process.exit(1);
    }
    isStopping = true;
    lines.release();
    closePort();
    await pools.stop();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
  process.on('SIGUSR2', () => void pools.roll());
}

/** Scripts wait for exactly these fields, so no level filters the line and it has no time. */
function printReadyLine(url: string): void {
  writeLine(`${JSON.stringify({ level: 'info', msg: 'listening', url })}\n`);
}

function writeLine(line: string): void {
  process.stdout.write(line);
}
