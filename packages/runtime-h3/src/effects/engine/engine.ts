import { type Defs, GatiError } from '@gati/contract';
import type { GlobalContext, Logger } from '../../types/context.ts';
import type { JobRecord, Lease, QueueDriver, QueueStats } from '../../ports.ts';
import type { BundleEffect } from '../../types/bundle.ts';
import type { EnqueueOptions } from '../../types/enqueue-options.ts';
import { settleJob } from './settle-job.ts';
import {
  type CurrentVersion,
  type ReleaseEffects,
  isNewer,
  type MigratePayload,
  type ReleaseOf,
} from './job-release.ts';
import { createLeases, InterruptedError, LEASE } from './leases.ts';
import { toNewJob } from '../enqueue/new-job.ts';
import { createClaimLoop } from './claim-loop.ts';
import { createSchedules } from './schedules.ts';
import { checkSettings } from '../effect-settings.ts';
import type { EffectJob } from '../../types/effect-job.ts';
import type { EffectFile } from '../../types/effects.ts';

/** How often schedules are read again and jobs are looked for whose effect is gone. Milliseconds. */
const TIDY = 5000;
/** How much time what is aborted at the end of the process gets to say how it stands. */
const GRACE = 500;

export interface EffectsOptions {
  /** Read at each use, so that development may change it. */
  effects(): Record<string, BundleEffect>;
  /** What the payloads' schemas refer to. */
  $defs(): Defs;
  driver: QueueDriver;
  gctx(): GlobalContext;
  logger: Logger;
  /** Other releases that are alive in this process. */
  releaseOf?: ReleaseOf;
  /** `src/versions`. */
  migrate?: MigratePayload;
  /** Where many releases are alive. */
  currentVersion?: CurrentVersion;
  /** `false`: a retry is due at once (tests). */
  backoff?: boolean;
  /** Milliseconds after which a job whose process died comes back; 30,000 by default. */
  lease?: number;
  /** The driver is someone else's and stays open. */
  shared?: boolean;
}

export interface EffectsEngine {
  /** Throws `GATI_EFFECT_UNKNOWN`, `GATI_EFFECT_PAYLOAD`, `GATI_EFFECT_OPTION` and `GATI_EFFECT_CLOSED`. Resolves when the job is durable. */
  enqueue(name: string, payload: unknown, options?: EnqueueOptions): Promise<{ id: string }>;
  /** `undefined`: there is no such job, or the queue can't be looked into. */
  get(id: string): Promise<EffectJob | undefined>;
  /** `false`: it runs, is through or is not there. */
  cancel(id: string): Promise<boolean>;
  /** Begins to run what is queued, and schedules. */
  start(): void;
  /** Takes nothing more until it is started again; what runs goes on. */
  pause(): void;
  /** Resolves when nothing is running and nothing is due. What is delayed for later stays. */
  idle(): Promise<void>;
  /** Takes nothing new (but runs what is due where it would be lost), lets what runs end for `milliseconds`, then aborts it and closes the queue. */
  drain(milliseconds: number): Promise<void>;
  /** `undefined`: the queue does not count. */
  stats(): Promise<QueueStats | undefined>;
}

/** Runs the effects of one release over one queue: limits, retries, timeouts, dead letters, schedules. The driver only stores. */
export function createEffectsEngine(options: EffectsOptions): EffectsEngine {
  const {
    effects,
    $defs,
    driver,
    gctx,
    logger,
    releaseOf,
    migrate,
    currentVersion,
    backoff = true,
    lease = LEASE,
    shared = false,
  } = options;
  const current: ReleaseEffects = { effects, $defs, gctx };
  const leases = createLeases(driver, logger, lease);
  /** What was enqueued here. No other process fills a queue in memory, so the files of other effects need not be loaded. */
  const touched = new Set<string>();
  /** Effects that the current release does not have, but jobs of older ones. */
  const orphans = new Set<string>();
  let state: 'stopped' | 'running' | 'draining' | 'closed' = 'stopped';
  let running = 0;
  let tidy: NodeJS.Timeout | undefined;
  let waiters: (() => void)[] = [];

  /** Files whose settings were looked at. */
  const checked = new WeakSet<EffectFile>();

  const load = async (name: string): Promise<EffectFile | undefined> => {
    try {
      const file = await effects()[name]!.load();
      if (checked.has(file)) return file;
      checked.add(file);
      for (const { message, fix } of checkSettings(file))
        logger.error(`the effect ${name} uses the default of a setting: ${message}`, {
          code: 'GATI_EFFECT_SETTING',
          fix,
        });
      return file;
    } catch (error) {
      // The jobs stay queued: in development the next edit may bring the file back.
      logger.error(`effect ${name} can't be loaded`, { error });
      return undefined;
    }
  };

  const files = async (): Promise<Map<string, EffectFile | undefined>> => {
    const found = new Map<string, EffectFile | undefined>();
    for (const effect of Object.keys(effects())) {
      if (!driver.caps.durable && !touched.has(effect)) continue;
      const file = await load(effect);
      if (file) found.set(effect, file);
    }
    for (const effect of orphans) if (!effects()[effect]) found.set(effect, undefined);
    return found;
  };

  const put = async (
    name: string,
    payload: unknown,
    given: EnqueueOptions = {},
  ): Promise<{ id: string }> => {
    const job = toNewJob(name, payload, given, current, driver.caps);
    if (state === 'closed') throw engineClosedError(name);
    touched.add(name);
    const [id] = await driver.enqueue([job], given.tx);
    return { id: id! };
  };

  const run = async (lease: Lease, asked: number): Promise<void> => {
    const held = leases.add(lease, asked);
    running++;
    let over = false;
    const onOver = (): void => {
      if (over) return;
      over = true;
      pump.over(lease.job.effect);
    };
    const onAgain = (milliseconds: number): void =>
      void setTimeout(pump.signal, milliseconds).unref();
    try {
      await settleJob(held, {
        driver,
        logger,
        current,
        releaseOf,
        migrate,
        currentVersion,
        backoff,
        onOver,
        onAgain,
      });
    } catch (error) {
      logger.error('the end of a job could not be stored', {
        error,
        effect: lease.job.effect,
        job: lease.job.id,
      });
    } finally {
      onOver();
      leases.remove(held);
      running--;
      // What waits for its turn behind this job is due now.
      if (state === 'running') pump.look();
      settle();
    }
  };

  /** Wakes whoever waits for silence. */
  const settle = (): void => {
    if (running > 0 || pump.busy) return;
    const woken = waiters;
    waiters = [];
    for (const wake of woken) wake();
  };

  const pump = createClaimLoop({
    driver,
    logger,
    lease,
    files,
    run: (lease, asked) => void run(lease, asked),
    onRest: settle,
  });
  const schedules = createSchedules({
    enqueue: (effect, idempotencyKey) => put(effect, {}, { idempotencyKey }),
    catchUp: driver.caps.durable && driver.caps.keyMemory > 0,
    logger,
  });

  const readSchedules = async (): Promise<void> => {
    const found = new Map<string, EffectFile>();
    for (const effect of Object.keys(effects())) {
      const file = await load(effect);
      if (file) found.set(effect, file);
    }
    if (state === 'running') await schedules.sync(found);
  };

  /** A job whose effect no release has any more must become a dead letter that says so, and not wait for ever. */
  const adopt = async (): Promise<void> => {
    for (const { effect, release } of (await driver.due?.()) ?? []) {
      // A newer release may have more effects: its own processes run them.
      if (!effects()[effect] && !isNewer(release, gctx().release.version)) orphans.add(effect);
    }
    if (orphans.size > 0) pump.signal();
  };

  const keepTidy = (): void => {
    readSchedules().catch((error: unknown) =>
      logger.error('schedules could not be read', { error }),
    );
    if (driver.caps.durable)
      adopt().catch((error: unknown) =>
        logger.warn('the queue could not be looked through', { error }),
      );
  };

  const quiet = (): Promise<void> =>
    new Promise((resolve) => {
      waiters.push(resolve);
      if (state === 'running') pump.signal();
      else settle();
    });

  return {
    enqueue: put,

    async get(id) {
      const page = await driver.list?.({ ids: [id], limit: 1 });
      return page?.jobs[0] && toEffectJob(page.jobs[0]);
    },

    cancel: async (id) => ((await driver.cancel?.([id])) ?? 0) > 0,

    pause() {
      if (state !== 'running') return;
      state = 'stopped';
      pump.stop();
      schedules.stop();
      clearInterval(tidy);
    },

    start() {
      if (state !== 'stopped') return;
      state = 'running';
      pump.start();
      keepTidy();
      tidy = setInterval(keepTidy, TIDY);
      tidy.unref();
    },

    idle: quiet,

    async drain(milliseconds) {
      if (state === 'draining' || state === 'closed') return;
      const deadline = after(milliseconds);
      schedules.stop();
      clearInterval(tidy);
      if (state === 'running' && !driver.caps.durable) await Promise.race([quiet(), deadline]);
      // What still runs may enqueue more, where that is not lost.
      state = driver.caps.durable ? 'draining' : 'closed';
      pump.stop();
      await Promise.race([quiet(), deadline]);
      for (const { abort } of leases.running)
        abort.abort(new InterruptedError('the process is ending'));
      await Promise.race([quiet(), after(GRACE)]);
      state = 'closed';
      leases.stop();
      const left = driver.caps.durable ? undefined : await driver.stats();
      if (left && left.waiting + left.delayed + left.active > 0)
        logger.warn('jobs in memory are lost with this process', { ...left });
      if (!shared) await driver.close();
    },

    stats: () => driver.stats(),
  };
}

function after(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}

function toEffectJob({
  id,
  effect,
  state,
  attempt,
  runAt,
  progress,
  result,
  error,
}: JobRecord): EffectJob {
  const value: unknown = result === undefined ? undefined : JSON.parse(result);
  return { id, effect, state, attempt, runAt: new Date(runAt), progress, result: value, error };
}

function engineClosedError(name: string): GatiError {
  return new GatiError({
    code: 'GATI_EFFECT_CLOSED',
    message: `"${name}" was not enqueued: this process is ending and its queue is closed.`,
    fix: 'Await enqueue() before the response is sent, or pass its promise to lctx.waitUntil().',
  });
}
