import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Exporter, createExporter } from '../../collector/export/exporter.ts';
import { exportsAnything, readExportSettings } from '../../collector/export/settings.ts';
import { createIngest } from '../../collector/ingest.ts';
import { parseReceived } from '../../collector/parse-received.ts';
import { createRouteTotals, type RouteTotals } from '../../collector/route-totals.ts';
import { withOtherSources } from '../../collector/sources/settings.ts';
import { openTelemetryStore } from '../../collector/store/open-store.ts';
import { RUNTIME_SETTINGS } from '../../config/runtime-settings.ts';
import type { TelemetryStore } from '../../collector/telemetry-store.ts';
import { createTrapFeed } from '../../collector/traps/trap-feed.ts';
import { createJsonLogger } from '../../telemetry/log/logger.ts';
import type { Logger } from '../../types/context.ts';
import type { PanelHost } from '../../types/panel-module.ts';
import type { TelemetrySource } from '../../types/telemetry-source.ts';
import type { ArmedTrap } from '../../types/trap.ts';
import {
  isMessage,
  type MessageToSupervisor,
  type MessageToWorker,
  TELEMETRY_SOCKET,
} from '../channel/messages.ts';
import { createProcessMetrics } from '../channel/process-metrics.ts';
import { APP_PORT, CONTROL_PORT, CONTROL_SOCKET } from '../channel/control.ts';
import { readServerEnv, type ServerEnv } from '../env.ts';
import type { ServerOptions } from '../options.ts';
import { accessFolder } from '../panel-env.ts';
import { formatStartupError } from '../startup-error.ts';
import { beat } from './beat.ts';
import type { ControlServer } from './control-server.ts';
import { createDropLog, type DropLog } from './drop-log.ts';
import { createNodeOperator } from './node-operator.ts';
import { listenForTelemetry } from './listen.ts';
import type { Peers } from './peers/connect-peers.ts';
import { readPeerSettings } from './peers/settings.ts';

/** Milliseconds between two removals of old telemetry. */
const PRUNE_INTERVAL = 10_000;
/** Milliseconds for exporting the waiting records when the collector ends. */
const EXPORT_DRAIN = 3000;

/** Options of the build that the collector needs. */
interface CollectorOptions extends Pick<ServerOptions, 'name' | 'panel'> {
  /** Creates the ports of the panel that the build decides about. */
  createPorts(logger: Logger): PanelPorts;
}

type PanelPorts = Pick<
  PanelHost,
  'queue' | 'releases' | 'modules' | 'operator' | 'traps' | 'errors'
>;

/**
 * Runs the collector: a process that stores and exports the telemetry of the others. It runs no
 * code of the app, and no request waits for it.
 */
export async function runCollector({ name = 'gati', ...options }: CollectorOptions): Promise<void> {
  // The supervisor decides when this process ends. Ctrl-C in a terminal signals both.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGUSR2'] as const) process.on(signal, () => {});
  process.stdout.on('error', () => {});
  // What it keeps is for the user of the server alone.
  process.umask(0o077);
  try {
    await collect(name, options);
  } catch (error) {
    send({ gati: 'start-failed', text: formatStartupError(error) }, () => process.exit(1));
  }
}

async function collect(
  name: string,
  { panel, createPorts }: Omit<CollectorOptions, 'name'>,
): Promise<void> {
  const env = readServerEnv(process.env);
  const path = process.env[TELEMETRY_SOCKET];
  if (path === undefined) throw new Error(`${TELEMETRY_SOCKET} is missing`);
  let { logLevel } = env;
  const logger = createJsonLogger({ level: () => logLevel });
  const drops = createDropLog(logger);
  const store = openStore(env.telemetry, drops);
  const totals = createRouteTotals(Date.now());
  const exporter = openExporter(name, totals, drops, logger);
  const peers = await openPeers(store, drops, logger);
  const ingest = createIngest({
    relay: peers?.relay,
    store: {
      write(batch) {
        for (const request of batch.requests) totals.add(request);
        store?.write(batch);
        exporter?.write(batch);
        if (batch.captures) feed.refresh();
      },
    },
    parse: parseReceived,
    onDrop: (reason, lines) => drops.add('lines', reason, lines),
  });
  // A killed collector leaves its socket behind.
  if (process.platform !== 'win32') rmSync(path, { force: true });
  const readTraps = (): ArmedTrap[] => store?.armedTraps() ?? [];
  const server = await listenForTelemetry(path, ingest, readTraps);
  const feed = createTrapFeed({ read: readTraps, onChange: server.sendTraps });
  const operator = createNodeOperator(send, ({ GATI_LOG_LEVEL: level = '' }) => {
    logLevel = RUNTIME_SETTINGS.GATI_LOG_LEVEL.parse(level) ?? env.logLevel;
  });
  const control = await openControl(env, panel, {
    source: store && withOtherSources(store, process.env, name),
    ports: {
      ...createPorts(logger),
      operator,
      ...(store && { traps: feed.watch(store.traps), errors: store }),
    },
    logger,
  });
  const pruning = setInterval(() => void store?.prune(), PRUNE_INTERVAL);

  let isEnding = false;
  const exit = async (): Promise<void> => {
    if (isEnding) return;
    isEnding = true;
    clearInterval(pruning);
    feed.close();
    server.close();
    peers?.stopListening();
    control?.close();
    ingest.flush();
    await peers?.close();
    await exporter?.close(EXPORT_DRAIN);
    drops.flush();
    store?.close();
    process.exit(0);
  };
  const readProcess = createProcessMetrics('collector');
  process.on('disconnect', () => void exit());
  process.on('message', (value) => {
    if (!isMessage(value)) return;
    const message = value as MessageToWorker;
    if (message.gati === 'drain') void exit();
    else if (message.gati === 'all-metrics' || message.gati === 'operated')
      operator.receive(message);
    else if (message.gati === 'collect-metrics') {
      const metrics = { process: readProcess(), inflight: 0, routes: [], limits: {} };
      send({
        gati: 'worker-metrics',
        id: message.id,
        metrics: { ...metrics, drops: drops.totals() },
      });
    }
  });
  beat(env, send);
  send({ gati: 'ready' });
}

function openStore(url: string | undefined, drops: DropLog): TelemetryStore | undefined {
  if (url === undefined || url === 'off') return undefined;
  return openTelemetryStore(url, {
    onDrop: drops.add,
    onDiagnostic: ({ message, movedTo }) =>
      drops.problem(movedTo === undefined ? message : `${message} It was moved to ${movedTo}.`),
  });
}

/** Connects to other servers of the app if the environment names some. */
async function openPeers(
  store: TelemetryStore | undefined,
  drops: DropLog,
  logger: Logger,
): Promise<Peers | undefined> {
  const settings = readPeerSettings(process.env);
  if (settings === undefined) return undefined;
  const { connectPeers } = await import('./peers/connect-peers.ts');
  return connectPeers(settings, { store, drops, logger });
}

/** Serves the panel if the supervisor has made a socket for it. */
async function openControl(
  env: ServerEnv,
  panel: URL | undefined,
  {
    source,
    ports,
    logger,
  }: { source: TelemetrySource | undefined; ports: PanelPorts; logger: Logger },
): Promise<ControlServer | undefined> {
  const path = process.env[CONTROL_SOCKET];
  if (path === undefined || panel === undefined) return undefined;
  const { serveControl } = await import('./control-server.ts');
  return serveControl(path, panel, {
    source,
    ...ports,
    app: { host: loopbackOf(env.host), port: Number(process.env[APP_PORT]) },
    access: {
      file: join(accessFolder(env.telemetry), 'access.db'),
      origin: env.panelOrigin,
      port: Number(process.env[CONTROL_PORT]),
    },
    logger,
  });
}

/** Returns the address on this machine at which a server that listens on `host` responds. */
function loopbackOf(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

function openExporter(
  name: string,
  totals: RouteTotals,
  drops: DropLog,
  logger: Logger,
): Exporter | undefined {
  const settings = readExportSettings(process.env);
  if (!exportsAnything(settings)) return undefined;
  return createExporter({
    settings,
    resource: { name, instance: crypto.randomUUID() },
    metrics: () => ({ routes: totals.metrics(), start: totals.start }),
    onDrop: drops.add,
    onState: (target, problem) => {
      if (problem === undefined) logger.info('telemetry is exported again', { target });
      else logger.warn("telemetry can't be exported", { target, reason: problem });
    },
  });
}

function send(message: MessageToSupervisor, then: () => void = () => {}): void {
  if (process.connected) process.send!(message, undefined, undefined, then);
  else then();
}
