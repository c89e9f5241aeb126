import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type App, createApp } from '../../app/index.ts';
import { createRedactor } from '../../config/redact-secrets.ts';
import { createGlobalContext } from '../../global-context/create-global-context.ts';
import { createJsonLogger } from '../../telemetry/log/logger.ts';
import { drainWorker } from './drain.ts';
import { createWorkerEffects } from './worker-effects.ts';
import { readServerEnv } from '../env.ts';
import { formatStartupError } from '../startup-error.ts';
import { enableCompression } from '../http/compression.ts';
import { createDispatcher } from './dispatch.ts';
import { holdStdout } from './hold-stdout.ts';
import { createHttpServer } from './http-server.ts';
import type { ServerOptions } from '../options.ts';
import {
  isMessage,
  type MessageToSupervisor,
  type MessageToWorker,
  type WorkerKind,
} from '../channel/messages.ts';
import { createMetricsClient } from './metrics-client.ts';
import { createProbes } from '../http/probes.ts';
import { openReleases } from './open-releases.ts';
import { createRouteFilter } from '../route-filter.ts';
import { keepTickShape } from './tick-shape.ts';

/** What is left of a worker's time when its supervisor is gone. Milliseconds. */
const ORPHAN_DRAIN = 3500;
/** What a module gets to dispose of itself after all else ended, or ran out of time. */
const GRACE = 1000;
/** After an error that nobody caught, what else is in flight gets this long. */
const CRASH_DRAIN = 5000;

type End = (within: number, code: number) => void;

/** One worker of the server: the app behind HTTP, on connections that the supervisor hands over. */
export async function runWorker(options: ServerOptions, kind: WorkerKind): Promise<void> {
  keepTickShape();
  const speak = holdStdout();
  process.stdout.on('error', () => {});
  let end: End = exit;
  // The supervisor decides when a worker ends; a terminal's Ctrl-C reaches both.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  process.on('SIGUSR2', () => {});
  process.on('disconnect', () => end(ORPHAN_DRAIN, 0));
  try {
    end = await start(options, kind, speak);
  } catch (error) {
    speak();
    send({ gati: 'failed', text: formatStartupError(error) }, () => process.exit(1));
  }
}

async function start(options: ServerOptions, kind: WorkerKind, speak: () => void): Promise<End> {
  const env = readServerEnv(process.env);
  const { base, cors, limits, missingVersion, client, queues } = options;
  const secrets: string[] = [];
  // The app comes after the releases that it serves.
  let usage: App['releaseUsage'] = () => ({ open: 0, idle: 0 });
  let redact = createRedactor([]);
  const write = (lines: string): void => void process.stdout.write(redact(lines));
  const logger = createJsonLogger({ level: env.logLevel, write });

  const effects = createWorkerEffects({
    runs: kind === 'effects' || env.role === 'worker',
    url: process.env.GATI_EFFECTS,
    queues,
    logger,
    onQueue: () => send({ gati: 'queue' }),
  });
  const own = await options.release();
  const { source: host, close } = await openReleases({
    own,
    rules: {
      servesRoute: createRouteFilter(own, env),
      async createContext(release, date) {
        const announce = kind === 'first' && release.id === own.id;
        const made = await createGlobalContext({
          release,
          deployedAt: new Date(date),
          mode: 'production',
          logger,
          announce,
          effects,
        });
        secrets.push(...made.secrets);
        redact = createRedactor(secrets);
        return made;
      },
    },
    folder: options.releases,
    store: process.env.GATI_RELEASES,
    cache: process.env.GATI_CACHE,
    usage: (release) => usage(release),
    onTooManyReleases: () => send({ gati: 'crowded' }),
    logger,
  });
  const answers = { draining: false };
  const prepare = (res: ServerResponse): void => enableCompression(res, answers);
  const app = createApp({
    releases: () => host.releases(),
    context: (release) => host.context(release),
    mode: 'production',
    base,
    cors,
    limits,
    missingVersion,
    trustProxy: env.trustProxy,
    beforeLargeResponse: prepare,
    // Only sockets load it.
    publishLink: async () => (await import('./publish-link.ts')).createPublishLink(logger),
    log: write,
    logger,
  });
  usage = app.releaseUsage;
  effects.start(host);
  const measurer = createMetricsClient(app, effects, send);
  let draining = false;
  const probes = createProbes({
    prepare,
    draining: () => draining,
    health: async () => (await host.current()).health(),
    metrics: measurer.requestMetrics,
    onError: (error) => logger.error('a probe failed', { error }),
  });
  const http = createHttpServer({
    state: answers,
    onRequest: createDispatcher({
      app,
      probes,
      prepare,
      client,
      base,
      onError: (error) => logger.error('a file could not be sent', { error }),
    }),
    onUpgrade: (req, socket, head) => app.handleNodeUpgrade(req, socket, head),
  });

  /** Jobs end before the modules that they use, and the queue after whatever may still enqueue. */
  const closeAll = async (within: number): Promise<void> => {
    const deadline = Date.now() + within;
    await effects.stop(within);
    await close(Math.max(0, deadline - Date.now()));
    await effects.close();
  };
  const end: End = (within, code) => {
    if (draining) return;
    draining = true;
    setTimeout(() => process.exit(code), within + GRACE);
    void drainWorker({ app, close: closeAll, http, within, logger }).finally(() =>
      process.exit(code),
    );
  };
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      logger.error('an error that nobody caught: this worker ends', {
        code: 'GATI_UNCAUGHT',
        error,
      });
      send({ gati: 'leaving' });
      end(Math.min(CRASH_DRAIN, env.drain), 1);
    });
  }
  process.on('message', (message, handle) => {
    if (!isMessage(message)) return;
    const known = message as MessageToWorker;
    if (known.gati === 'connection') {
      send({ gati: 'taken', id: known.id });
      // `undefined`: the client was gone before the socket got here.
      if (handle) http.addConnection(handle as Socket);
    } else if (known.gati === 'speak') speak();
    else if (known.gati === 'drain') end(known.within, 0);
    else if (known.gati === 'measure') void measurer.sendMetrics(known.id);
    else if (known.gati === 'metrics') measurer.receive(known);
  });
  send({ gati: 'ready' });
  return end;
}

function exit(_within: number, code: number): void {
  process.exit(code);
}

function send(message: MessageToSupervisor, then: () => void = () => {}): void {
  if (process.connected) process.send!(message, undefined, undefined, then);
  else then();
}
