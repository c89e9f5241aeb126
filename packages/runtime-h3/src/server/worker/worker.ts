import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type App, createApp } from '../../app/index.ts';
import { normalizeBase } from '../../app/request/path.ts';
import type { TrackStep } from '../../modules/module-setup.ts';
import { LimitCounts } from '../../telemetry/record/limit-counts.ts';
import { DEFAULT_LIMITS, type Limits } from '../../types/limits.ts';
import type { Logger } from '../../types/context.ts';
import type { ReleaseBundle } from '../../types/bundle.ts';
import { boundOutput, type BoundedOutput } from '../channel/bounded-output.ts';
import { CONTROL_SOCKET } from '../channel/control.ts';
import { heartbeatRule } from '../channel/heartbeat.ts';
import {
  isMessage,
  type MessageToSupervisor,
  type MessageToWorker,
  type WorkerKind,
} from '../channel/messages.ts';
import type { SettingOverrides } from '../../config/runtime-settings.ts';
import type { Tracer } from '../../telemetry/trace/tracer.ts';
import { readServerEnv, type ServerEnv } from '../env.ts';
import { type DrainState } from '../http/drain-state.ts';
import { enableCompression } from '../http/compression.ts';
import { createProbes } from '../http/probes.ts';
import type { ServerOptions } from '../options.ts';
import { formatStartupError } from '../startup-error.ts';
import { createDispatcher, hasClient } from './dispatch.ts';
import type { OtherServers, OtherServersOptions } from './other-servers.ts';
import { startHeartbeat } from './heartbeat.ts';
import { createExit, type ExitWorker } from './drain.ts';
import { holdStdout } from './hold-stdout.ts';
import { createHttpServer, type HttpServer } from './http-server.ts';
import { createMetricsClient, type MetricsClient } from './metrics-client.ts';
import { openReleases } from './open-releases.ts';
import type { ReadyGate } from './ready-gate.ts';
import type { OpenedReleases, OpenReleasesOptions, ReleaseSource } from './release-source.ts';
import { keepTickShape } from './tick-shape.ts';
import type { Control } from './control.ts';
import { createStartSteps } from './start-steps.ts';
import { createWorkerEffects, type WorkerEffects } from './worker-effects.ts';
import type { WorkerLog } from './worker-log.ts';
import { createReleaseRules } from './worker-release-rules.ts';
import { openWorkerTelemetry } from './worker-telemetry.ts';

/** Milliseconds that requests in flight get after the supervisor has died. */
const ORPHAN_DRAIN = 3500;
/** Milliseconds that requests in flight get after an uncaught error. */
const CRASH_DRAIN = 5000;
/**
 * Milliseconds that a worker waits until it knows the current release, before it says that it is
 * ready: in a roll it replaces a worker that serves. The first worker says so at once, so that probes
 * get a response.
 */
const READY_WAIT = 30_000;

/** Runs one worker of the server: the app behind HTTP, on connections from the supervisor. */
export async function runWorker(options: ServerOptions, kind: WorkerKind): Promise<void> {
  keepTickShape();
  const outputs = [process.stdout, process.stderr].map((stream) =>
    boundOutput(stream, DEFAULT_LIMITS.logQueue),
  );
  const releaseStdout = holdStdout();
  process.stdout.on('error', () => {});
  let exit: ExitWorker = (_within, code) => {
    releaseStdout();
    process.exit(code);
  };
  // The supervisor decides when a worker ends. Ctrl-C in a terminal signals both processes.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGUSR2'] as const) process.on(signal, () => {});
  process.on('disconnect', () => exit(ORPHAN_DRAIN, 0));
  process.on('message', (value) => {
    if (isMessage(value) && value.gati === 'drain')
      exit((value as MessageToWorker & { gati: 'drain' }).within, 0);
  });
  try {
    exit = await startWorker(options, kind, { outputs, releaseStdout });
  } catch (error) {
    releaseStdout();
    send({ gati: 'start-failed', text: formatStartupError(error) }, () => process.exit(1));
  }
}

/** Stdout and stderr of a worker. */
interface WorkerOutput {
  outputs: BoundedOutput[];
  releaseStdout(): void;
}

/**
 * Starts the parts of a worker, each after the parts that it needs. Returns the function that ends
 * the worker.
 */
async function startWorker(
  options: ServerOptions,
  kind: WorkerKind,
  { outputs, releaseStdout }: WorkerOutput,
): Promise<ExitWorker> {
  const env = readServerEnv(process.env);
  const telemetry = await openWorkerTelemetry(kind);
  const { settings, log, tracer } = telemetry;
  const { logger } = log;
  const heartbeat = heartbeatRule(env, kind);
  const startWatchdog = heartbeat && startHeartbeat(heartbeat, send, logger);
  const effects = createWorkerEffects({
    runs: kind === 'effects' || env.role === 'worker',
    limitOf: (effect) => settings.concurrency[effect],
    url: process.env.GATI_EFFECTS,
    queues: options.queues,
    logger,
    onQueue: () => send({ gati: 'queue-opened' }),
  });
  // The releases need the app to see what it uses, and the app is created after them.
  let app: App | undefined;
  const steps = createStartSteps(send);
  const { own, source, ready, close } = await openWorkerReleases(options, {
    env,
    kind,
    log,
    effects,
    tracer,
    track: steps.track,
    usage: (release) => app?.releaseUsage(release) ?? { open: 0, idle: 0 },
  });
  const state: DrainState = { draining: false };
  const control = await openControl(kind, env, state);
  const prepare = (res: ServerResponse): void => enableCompression(res, state, options.compression);
  const limits = { ...DEFAULT_LIMITS, ...options.limits, ...env.limits };
  const limitCounts = new LimitCounts(logger);
  limitOutputs(outputs, limits.logQueue, limitCounts);
  const takeRoom = (res: ServerResponse, bytes: number): boolean => http.takeRoom(res, bytes);
  app = createWorkerApp({
    tracer,
    options,
    env,
    source,
    log,
    prepare,
    limits,
    limitCounts,
    takeRoom,
  });
  if (ready) void ready.then(() => effects.start(source));
  else effects.start(source);
  const measured = { kind, app, source, effects, limitCounts };
  const metrics = createMetricsClient(async () => {
    const { createWorkerMetrics } = await import('./worker-metrics.ts');
    return createWorkerMetrics(measured);
  }, send);
  const gate = ready && (await import('./ready-gate.ts')).createReadyGate(ready);
  const others = await openOtherServers(options, {
    env,
    kind,
    own,
    handlerTimeout: limits.handlerTimeout,
    state,
  });
  const http = createWorkerHttp({
    options,
    app,
    others,
    source,
    gate,
    control,
    metrics,
    state,
    prepare,
    limits,
    limitCounts,
    logger,
    hasAdminPort: env.adminPort !== undefined,
  });
  const exit = createExit({
    sendMetrics: () => metrics.sendMetrics(0),
    closeControl: () => control?.close(),
    closeTelemetry: telemetry.close,
    app,
    effects,
    closeReleases: close,
    http,
    state,
    logger,
  });
  exitOnUncaughtError(exit, env, logger);
  receiveMessages({
    http,
    metrics,
    releaseStdout,
    onSettings: telemetry.applySettings,
  });
  if (ready && kind === 'more') await Promise.race([ready, sleep(READY_WAIT)]);
  steps.end();
  send({ gati: 'ready' });
  startWatchdog?.();
  return exit;
}

/** Prepares to pass requests for the panel to the collector, if the collector serves a panel. */
async function openControl(
  kind: WorkerKind,
  { trustProxy }: ServerEnv,
  state: DrainState,
): Promise<Control | undefined> {
  const path = process.env[CONTROL_SOCKET];
  delete process.env[CONTROL_SOCKET];
  if (path === undefined || kind === 'effects') return undefined;
  return (await import('./control.ts')).createControl({ path, trustProxy, state });
}

interface WorkerReleasesOptions extends Pick<OpenReleasesOptions, 'usage'> {
  env: ServerEnv;
  kind: WorkerKind;
  log: WorkerLog;
  effects: WorkerEffects;
  tracer: Tracer | undefined;
  track: TrackStep;
}

/** Imports the server's own release, and opens it and the others that this worker serves. */
async function openWorkerReleases(
  options: ServerOptions,
  { env, kind, log, effects, tracer, track, usage }: WorkerReleasesOptions,
): Promise<OpenedReleases & { own: ReleaseBundle }> {
  const modules = options.modules && (await import('./module-link.ts')).createModuleLink(send);
  const imported = track('the import of the release');
  const own = await options.release();
  imported();
  const client = kind !== 'effects' && hasClient(options.client) ? options.client : undefined;
  const opened = await openReleases({
    own,
    rules: createReleaseRules(own, {
      env,
      kind,
      log,
      effects,
      servesClient: client !== undefined,
      tracer,
      track,
      modules,
      root: options.modules?.root,
    }),
    folder: options.releases,
    store: process.env.GATI_RELEASES,
    cache: process.env.GATI_CACHE,
    client,
    usage,
    onTooManyReleases: () => send({ gati: 'too-many-releases' }),
    gate: async () => (await import('./release-gate.ts')).createReleaseGate(send),
    logger: log.logger,
  });
  modules?.useReleases(() => opened.source.releases());
  return { ...opened, own };
}

/** Prepares to pass requests to the servers of other domains and releases, if there are any. */
async function openOtherServers(
  { base }: ServerOptions,
  {
    env: { domains, releaseServers, trustProxy },
    kind,
    own,
    handlerTimeout,
    state,
  }: Pick<OtherServersOptions, 'own' | 'handlerTimeout' | 'state'> & {
    env: ServerEnv;
    kind: WorkerKind;
  },
): Promise<OtherServers | undefined> {
  if (!(domains || releaseServers) || kind === 'effects') return undefined;
  return (await import('./other-servers.ts')).createOtherServers({
    domains,
    releases: releaseServers,
    own,
    base,
    trustProxy,
    handlerTimeout,
    state,
  });
}

/** Limits the text that waits for a slow reader of stdout or stderr. */
function limitOutputs(outputs: BoundedOutput[], limit: number, limitCounts: LimitCounts): void {
  for (const output of outputs) {
    output.limit = limit;
    output.onDrop = () => limitCounts.add('logQueue');
  }
}

interface WorkerAppOptions {
  tracer: Tracer | undefined;
  options: ServerOptions;
  env: ServerEnv;
  source: ReleaseSource;
  log: WorkerLog;
  prepare(res: ServerResponse): void;
  limits: Limits;
  limitCounts: LimitCounts;
  takeRoom(res: ServerResponse, bytes: number): boolean;
}

function createWorkerApp({
  tracer,
  options,
  env,
  source,
  log,
  prepare,
  limits,
  limitCounts,
  takeRoom,
}: WorkerAppOptions): App {
  const { base, client, cors, expose, missingVersion } = options;
  const { logger } = log;
  return createApp({
    releases: () => source.releases(),
    context: (release) => source.context(release),
    mode: 'production',
    base,
    pages: normalizeBase(base) === '' && hasClient(client),
    cors,
    expose,
    limits,
    limitCounts,
    ...(tracer && { tracer }),
    missingVersion,
    trustProxy: env.trustProxy,
    beforeLargeResponse: prepare,
    takeRoom,
    reusesHeads: true,
    // Loaded for the first WebSocket only.
    publishLink: async () =>
      (await import('./publish-link.ts')).createPublishLink(
        logger,
        limits.publishQueue,
        limitCounts,
      ),
    log: log.writeRequests,
    logger,
  });
}

interface WorkerHttpOptions {
  options: ServerOptions;
  app: App;
  /** Present if other servers serve some domains or releases. */
  others: OtherServers | undefined;
  source: ReleaseSource;
  /** Present while the process does not know which release is current. */
  gate: ReadyGate | undefined;
  /** Present if the panel is on the port of the app. */
  control: Control | undefined;
  metrics: MetricsClient;
  state: DrainState;
  prepare(res: ServerResponse): void;
  limits: Limits;
  limitCounts: LimitCounts;
  logger: Logger;
  /** `/metrics` is on a separate port. */
  hasAdminPort: boolean;
}

/** The HTTP server with what it serves: probes, the app's routes and the client's files. */
function createWorkerHttp({
  options: { client, clientBase, assetsDir, base, expose },
  app,
  others,
  source,
  gate,
  control,
  metrics,
  state,
  prepare,
  limits,
  limitCounts,
  logger,
  hasAdminPort,
}: WorkerHttpOptions): HttpServer {
  const probes = createProbes({
    prepare,
    draining: () => state.draining,
    health: async () => gate?.health() ?? (await source.current()).health(),
    metrics: hasAdminPort || expose?.metrics === false ? undefined : metrics.requestMetrics,
    onError: (error) => logger.error('a probe failed', { error }),
  });
  const handlers: Parameters<ReadyGate['guard']>[0] = {
    onRequest: createDispatcher({
      app,
      probes,
      prepare,
      client,
      clients: source.clients,
      clientBase,
      assetsDir,
      base,
      onError: (error) => logger.error('a file could not be sent', { error }),
    }),
    onUpgrade: (req, socket, head) => app.handleNodeUpgrade(req, socket, head),
  };
  const served = others?.guard(handlers) ?? handlers;
  const guarded = gate?.guard(served, probes) ?? served;
  return createHttpServer({
    state,
    limits,
    limitCounts,
    ...(control?.guard(guarded) ?? guarded),
  });
}

/** After an uncaught error the state of the process is unknown: the worker drains and exits. */
function exitOnUncaughtError(
  exit: ExitWorker,
  { drain }: Pick<ServerEnv, 'drain'>,
  logger: Logger,
): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      logger.error('uncaught error: this worker ends', { code: 'GATI_UNCAUGHT', error });
      send({
        gati: 'draining',
        reason: `uncaught error: ${error instanceof Error ? error.message : String(error)}`,
      });
      exit(Math.min(CRASH_DRAIN, drain), 1);
    });
  }
}

interface MessageReceivers {
  http: HttpServer;
  metrics: MetricsClient;
  releaseStdout(): void;
  onSettings(overrides: SettingOverrides): void;
}

/**
 * Handles the messages of the supervisor to a started worker; `publish` is handled by the publish link.
 */
function receiveMessages({ http, metrics, releaseStdout, onSettings }: MessageReceivers): void {
  process.on('message', (value, handle) => {
    if (!isMessage(value)) return;
    const message = value as MessageToWorker;
    if (message.gati === 'connection') {
      send({ gati: 'connection-accepted', id: message.id });
      // `undefined`: the client closed the connection before the socket got here.
      if (handle) http.addConnection(handle as Socket);
    } else if (message.gati === 'release-stdout') releaseStdout();
    else if (message.gati === 'settings') onSettings(message.overrides);
    else if (message.gati === 'collect-metrics') void metrics.sendMetrics(message.id);
    else if (message.gati === 'all-metrics') metrics.receive(message);
  });
}

function send(message: MessageToSupervisor, then: () => void = () => {}): void {
  if (process.connected) process.send!(message, undefined, undefined, then);
  else then();
}
