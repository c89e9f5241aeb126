import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isGatiError } from '@gati/contract';
import { RoutePlan } from '../../app/route/route-plan.ts';
import type { AppContext } from '../../global-context/create-global-context.ts';
import { openCacheFolder } from '../../releases/manager/cache-folder.ts';
import type { KnownRelease } from '../../releases/manager/known-release.ts';
import { once } from '../../releases/manager/once.ts';
import { toKnownRelease } from '../../releases/manager/stored-releases.ts';
import { openReleaseStore } from '../../releases/store/open-store.ts';
import { findRelease } from '../../releases/store/read-release.ts';
import type { ReleaseBundle } from '../../types/bundle.ts';
import type { Logger } from '../../types/context.ts';
import type { HeartbeatRule } from '../channel/heartbeat.ts';
import type { MessageToSupervisor } from '../channel/messages.ts';
import {
  PROOF_ORDER,
  type ProofMessage,
  type ProofOrder,
  type ProofStep,
} from '../channel/proof.ts';
import { readServerEnv } from '../env.ts';
import type { ServerOptions } from '../options.ts';
import { startWatchdog } from './watchdog.ts';
import { createStartSteps } from './start-steps.ts';
import { createWorkerEffects } from './worker-effects.ts';
import { createLiveSettings } from './live-settings.ts';
import { createWorkerLog, type WorkerLog } from './worker-log.ts';
import { createReleaseRules } from './worker-release-rules.ts';

/** Milliseconds that the modules have to end after the proof. */
const DISPOSE_WITHIN = 1000;

/**
 * Tries a release of the store in this process: loads its code, sets up its modules, checks their
 * health, loads all routes, and then runs it for a time without requests and jobs. Reports the
 * first error to the supervisor, which ends the process.
 */
export async function runProof(options: ServerOptions): Promise<void> {
  const order = JSON.parse(process.env[PROOF_ORDER]!) as ProofOrder;
  delete process.env[PROOF_ORDER];
  process.stdout.on('error', () => {});
  // The supervisor decides when the process ends. Ctrl-C in a terminal signals both.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGUSR2'] as const) process.on(signal, () => {});
  process.on('disconnect', () => process.exit(0));
  offerToOomKiller();
  readServerEnv(process.env);
  const log = createWorkerLog(createLiveSettings(process.env));
  watchEventLoop(order.watch, log.logger);
  let isDone = false;
  const finish = async (error?: unknown): Promise<void> => {
    if (isDone) return;
    isDone = true;
    if (error === undefined) return send({ gati: 'proof-done' });
    log.logger.error('the release failed', { error });
    return send({ gati: 'proof-done', reason: log.redact(reasonOf(error)) });
  };
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => void finish(uncaught(error)));
  const proof = new Proof(options, order, log);
  try {
    await proof.run();
    await finish();
  } catch (error) {
    await finish(error);
  }
  const ended = [proof.dispose(), flush(process.stdout), flush(process.stderr)];
  await Promise.race([Promise.allSettled(ended), sleep(DISPOSE_WITHIN)]);
  process.exit(0);
}

class Proof {
  readonly #options: ServerOptions;
  readonly #order: ProofOrder;
  readonly #log: WorkerLog;
  #context: AppContext | undefined;

  constructor(options: ServerOptions, order: ProofOrder, log: WorkerLog) {
    this.#options = options;
    this.#order = order;
    this.#log = log;
  }

  async run(): Promise<void> {
    begin('load');
    const { instance } = await this.#open();
    const bundle = await instance.bundle();
    begin('setup');
    this.#context = await instance.context();
    begin('health');
    await checkHealth(this.#context);
    begin('routes');
    await loadAll(bundle);
    begin('quiet');
    await sleep(this.#order.quiet);
    await checkHealth(this.#context);
  }

  async dispose(): Promise<void> {
    await this.#context?.dispose(DISPOSE_WITHIN);
  }

  /** Opens the release with the rules of a worker, except that it runs no jobs. */
  async #open(): Promise<KnownRelease> {
    const { version, id } = this.#order;
    const env = readServerEnv(process.env);
    const effects = createWorkerEffects({
      runs: false,
      url: process.env.GATI_EFFECTS,
      queues: this.#options.queues,
      logger: this.#log.logger,
      onQueue: () => {},
    });
    const own = await this.#options.release();
    const { track } = createStartSteps((message) => void send(message));
    const rules = createReleaseRules(own, {
      track,
      env,
      kind: 'proof',
      log: this.#log,
      effects,
      servesClient: false,
    });
    const store = await openReleaseStore(process.env.GATI_RELEASES!);
    const release = await findRelease(store, version);
    if (release.id !== id) throw new Error(`The store has ${release.id} as ${version}, not ${id}.`);
    const cache = once(() => openCacheFolder(process.env.GATI_CACHE));
    return toKnownRelease(store, release, cache, rules);
  }
}

async function checkHealth({ health }: AppContext): Promise<void> {
  const failing = Object.entries(await health());
  if (failing.length === 0) return;
  const names = failing.map(([name, reason]) => `${name} (${reason})`).join(', ');
  throw new Error(`Modules can't serve: ${names}.`);
}

/** Loads all routes, compiles what their requests need, and loads all effects. */
async function loadAll(bundle: ReleaseBundle): Promise<void> {
  await Promise.all(
    bundle.routes.map(async (route) => {
      const loaded = await route.load();
      void new RoutePlan(loaded, { bundle, headers: [] });
    }),
  );
  await Promise.all(Object.values(bundle.effects).map((effect) => effect.load()));
}

/** Reports where the code blocks the event loop, and ends the process when it has no supervisor. */
function watchEventLoop(rule: HeartbeatRule, logger: Logger): void {
  const beats = new Int32Array(new SharedArrayBuffer(8));
  setInterval(() => Atomics.add(beats, 0, 1), rule.interval).unref();
  startWatchdog(rule, beats, logger);
}

/**
 * When the machine runs out of memory, Linux ends this process before the workers. A process may
 * always make itself a better candidate. Elsewhere the file does not exist.
 */
function offerToOomKiller(): void {
  writeFile('/proc/self/oom_score_adj', '1000').catch(() => {});
}

function uncaught(error: unknown): Error {
  return new Error(`Uncaught error: ${reasonOf(error)}`, { cause: error });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { diagnostic } = error as { diagnostic?: { message: string } };
  return isGatiError(error) && diagnostic ? diagnostic.message : error.message;
}

function begin(step: ProofStep): void {
  void send({ gati: 'proof-step', step });
}

/** Resolves when all that was written has left the process. */
function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}

/** Resolves when the message is written. */
function send(message: ProofMessage | MessageToSupervisor): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send!(message, undefined, undefined, () => resolve());
    else resolve();
  });
}
