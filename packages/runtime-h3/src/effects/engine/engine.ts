import { setTimeout as sleep } from 'node:timers/promises';
import { type Defs, GatiError } from '@gati/contract';
import type { GlobalContext, Logger } from '../../types/context.ts';
import type { JobRecord, QueueDriver, QueueStats } from '../../ports.ts';
import type { LogSink } from '../../telemetry/record/recorder.ts';
import type { Tracer } from '../../telemetry/trace/tracer.ts';
import type { BundleEffect } from '../../types/bundle.ts';
import type { EnqueueOptions } from '../../types/enqueue-options.ts';
import type { CurrentVersion, MigratePayload, ReleaseEffects, ReleaseOf } from './job-release.ts';
import { parseText } from './damaged-job.ts';
import { DEFAULT_LEASE } from './leases.ts';
import { toNewJob } from '../enqueue/new-job.ts';
import { createClaimLoop } from './claim-loop.ts';
import { createEffectFiles } from './effect-files.ts';
import { createJobRunner } from './job-runner.ts';
import { createMaintenance } from './maintenance.ts';
import { countEnqueued } from '../../telemetry/record/run-stats.ts';
import { createRunLog } from './run-log.ts';
import { createSchedules } from './schedules.ts';
import { createJobLookup, type JobLookup } from './job-lookup.ts';
import type { EffectJob } from '../../types/effect-job.ts';

/** Milliseconds that aborted runs get at the end of the process to store their outcome. */
const ABORT_GRACE = 500;

export interface EffectsOptions {
  /** Read at each use, so that development may change it. */
  effects(): Record<string, BundleEffect>;
  /** Definitions that the schemas of the payloads refer to. */
  $defs(): Defs;
  schemas?: ReleaseEffects['schemas'];
  driver: QueueDriver;
  gctx(): GlobalContext;
  logger: Logger;
  /** Other releases that this process can load. */
  releaseOf?: ReleaseOf;
  /** Migrates payloads through `src/versions`. */
  migrate?: MigratePayload;
  /** Set where a process serves several releases. */
  currentVersion?: CurrentVersion;
  /** Returns the maximum number of running jobs of an effect that a person has set. */
  limitOf?(effect: string): number | undefined;
  /** `false`: a retry is due immediately (tests). */
  backoff?: boolean;
  /** Milliseconds after which a job whose process died is due again; 30,000 by default. */
  lease?: number;
  /** The caller owns the driver and closes it. */
  shared?: boolean;
  /** Receives one JSON line for each run. */
  log?: LogSink;
  /** Observes enqueues and runs. */
  tracer?: Tracer;
}

export interface EffectsEngine extends JobLookup {
  /**
   * Resolves when the job is durable.
   *
   * @throws {GatiError} GATI_EFFECT_UNKNOWN, GATI_EFFECT_PAYLOAD, GATI_EFFECT_OPTION or
   * GATI_EFFECTS_KEYS when the arguments can't be used, GATI_EFFECT_CLOSED when the process is
   * ending
   */
  enqueue(name: string, payload: unknown, options?: EnqueueOptions): Promise<{ id: string }>;
  /** Resolves to `false` if the job runs, has ended or does not exist. */
  cancel(id: string): Promise<boolean>;
  /** Starts running queued jobs and schedules. */
  start(): void;
  /** Claims nothing more until the next `start`. Running jobs continue. */
  pause(): void;
  /** Resolves when no job is running or due. Jobs that are delayed for later stay. */
  idle(): Promise<void>;
  /**
   * Stops the engine and closes the queue. Claims nothing new, except that a queue in memory first
   * runs its due jobs, which would be lost. Gives running jobs `milliseconds` to end, then aborts
   * them.
   */
  drain(milliseconds: number): Promise<void>;
  /** Resolves to `undefined` if the service does not count its jobs. */
  stats(): Promise<QueueStats | undefined>;
}

/**
 * Creates the engine that runs the effects of one release over one queue: limits, retries,
 * timeouts, dead letters and schedules. The driver only stores jobs.
 */
export function createEffectsEngine(options: EffectsOptions): EffectsEngine {
  const { effects, $defs, driver, gctx, logger, lease = DEFAULT_LEASE, shared = false } = options;
  const { releaseOf, migrate, currentVersion, backoff = true, log, tracer } = options;
  const { durable } = driver.caps;
  const { schemas } = options;
  const current: ReleaseEffects = { effects, $defs, gctx, ...(schemas && { schemas }) };
  const files = createEffectFiles({ effects, durable, logger });
  let state: 'stopped' | 'running' | 'draining' | 'closed' = 'stopped';
  let idleWaiters: (() => void)[] = [];

  const enqueue: EffectsEngine['enqueue'] = async (name, payload, enqueueOptions = {}) => {
    const add = async (trace?: string): Promise<string> => {
      const job = await toNewJob(name, payload, enqueueOptions, current, driver.caps);
      if (trace !== undefined) job.trace = trace;
      if (state === 'closed') throw engineClosedError(name);
      files.markEnqueued(name);
      const [id] = await driver.enqueue([job], enqueueOptions.tx);
      countEnqueued(name);
      return id!;
    };
    return { id: await (tracer === undefined ? add() : tracer.observeEnqueue(name, add)) };
  };

  const resolveIdleWaiters = (): void => {
    if (runner.running > 0 || claimLoop.busy) return;
    const waiters = idleWaiters;
    idleWaiters = [];
    for (const resolve of waiters) resolve();
  };

  const runner = createJobRunner({
    driver,
    logger,
    lease,
    current,
    releaseOf,
    migrate,
    currentVersion,
    backoff,
    beginRun: createRunLog({ ...(log && { log }), ...(tracer && { tracer }) }),
    onRunEnded: (effect) => claimLoop.runEnded(effect),
    onDueAgain: (milliseconds) => void setTimeout(claimLoop.jobsReady, milliseconds).unref(),
    onSettled() {
      // A job that waited for its turn behind this one is due now.
      if (state === 'running') claimLoop.claim();
      resolveIdleWaiters();
    },
  });
  const claimLoop = createClaimLoop({
    driver,
    limitOf: options.limitOf ?? (() => undefined),
    logger,
    lease,
    files: files.loadClaimable,
    run: (claimed, claimedAt) => void runner.run(claimed, claimedAt),
    onIdle: resolveIdleWaiters,
  });
  const maintenance = createMaintenance({
    driver,
    logger,
    current,
    files,
    schedules: createSchedules({
      enqueue: (effect, idempotencyKey) => enqueue(effect, {}, { idempotencyKey }),
      catchUp: durable && driver.caps.keyMemory > 0,
      logger,
    }),
    isRunning: () => state === 'running',
    onOrphans: () => claimLoop.jobsReady(),
  });

  const idle = (): Promise<void> =>
    new Promise((resolve) => {
      idleWaiters.push(resolve);
      if (state === 'running') claimLoop.jobsReady();
      else resolveIdleWaiters();
    });

  return {
    enqueue,

    ...createJobLookup(async (id) => {
      const page = await driver.list?.({ ids: [id], limit: 1 });
      return page?.jobs[0] && toEffectJob(page.jobs[0]);
    }),

    cancel: async (id) => ((await driver.cancel?.([id])) ?? 0) > 0,

    pause() {
      if (state !== 'running') return;
      state = 'stopped';
      claimLoop.stop();
      maintenance.stop();
    },

    start() {
      if (state !== 'stopped') return;
      state = 'running';
      claimLoop.start();
      maintenance.start();
    },

    idle,

    async drain(milliseconds) {
      if (state === 'draining' || state === 'closed') return;
      const deadline = pause(milliseconds);
      maintenance.stop();
      if (state === 'running' && !durable) await Promise.race([idle(), deadline]);
      // Running jobs may still enqueue jobs if the queue outlives the process.
      state = durable ? 'draining' : 'closed';
      claimLoop.stop();
      await Promise.race([idle(), deadline]);
      runner.abortAll();
      await Promise.race([idle(), pause(ABORT_GRACE)]);
      state = 'closed';
      runner.stop();
      const left = durable ? undefined : await driver.stats();
      if (left && left.waiting + left.delayed + left.active > 0)
        logger.warn('jobs in memory are lost with this process', { ...left });
      if (!shared) await driver.close();
    },

    stats: () => driver.stats(),
  };
}

/** Resolves after `milliseconds`. Does not keep the process alive. */
const pause = (milliseconds: number): Promise<void> =>
  sleep(milliseconds, undefined, { ref: false });

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
  const value = result === undefined ? undefined : parseText(result);
  const isDamaged = result !== undefined && value === undefined;
  return {
    id,
    effect,
    state,
    attempt,
    runAt: new Date(runAt),
    progress,
    result: value,
    error: isDamaged ? 'The stored result is damaged.' : error,
  } as EffectJob;
}

function engineClosedError(name: string): GatiError {
  return new GatiError({
    code: 'GATI_EFFECT_CLOSED',
    message: `"${name}" was not enqueued: this process is ending and its queue is closed.`,
    fix: 'Await enqueue() before the response is sent, or pass its promise to lctx.waitUntil().',
  });
}
