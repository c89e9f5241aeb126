import { randomUUID } from 'node:crypto';
import { type Defs, GatiError } from '@gati/contract';
import type { GlobalContext, Logger } from '../context/types.ts';
import type { ClaimRequest, Lease, QueueDriver, QueueStats } from '../ports.ts';
import type { EffectSlot } from '../releases/bundle.ts';
import { DEFAULT_RETRY, toBackoff } from './backoff.ts';
import type { EnqueueOptions } from './enqueue-options.ts';
import { attempt, isRetryable } from './attempt.ts';
import { toPayload, toPayloadText } from './payload.ts';
import type { EffectFile } from './types.ts';

/** Milliseconds. */
const LEASE = 30_000;
/** How often a driver that can't call back is asked. */
const POLL = 1000;
const DEFAULT_CONCURRENCY = 10;

export interface EffectsOptions {
  /** Read at each use, so that development may change it. */
  slots(): Record<string, EffectSlot>;
  /** What the payloads' schemas refer to. */
  $defs(): Defs;
  driver: QueueDriver;
  gctx(): GlobalContext;
  logger: Logger;
  /** `false`: a retry is due at once (tests). */
  backoff?: boolean;
}

export interface EffectsEngine {
  /** Throws `GATI_EFFECT_UNKNOWN` and `GATI_EFFECT_PAYLOAD`. Resolves when the driver has the job. */
  enqueue(name: string, payload: unknown, options?: EnqueueOptions): Promise<{ id: string }>;
  /** Begins to run what is queued. */
  start(): void;
  /** Resolves when nothing is running and nothing is due. What is delayed for later stays. */
  idle(): Promise<void>;
  /** Runs what is due, takes nothing new after `milliseconds`, then aborts what still runs and closes the queue. */
  drain(milliseconds: number): Promise<void>;
  stats(): Promise<QueueStats>;
}

/** Runs the effects of one release over one queue: limits, retries, timeouts, dead letters. The driver only stores. */
export function createEffectsEngine({ slots, $defs, driver, gctx, logger, backoff = true }: EffectsOptions): EffectsEngine {
  const running = new Map<Lease, AbortController>();
  const perEffect = new Map<string, number>();
  let stopReady: (() => void) | undefined;
  let poll: NodeJS.Timeout | undefined;
  let pumping: Promise<void> | undefined;
  let again = false;
  /** What was enqueued here. No other process fills a queue in memory, so the files of other effects need not be loaded. */
  const touched = new Set<string>();
  let state: 'stopped' | 'running' | 'closed' = 'stopped';
  let waiters: (() => void)[] = [];

  const load = async (name: string): Promise<EffectFile | undefined> => {
    try {
      return await slots()[name]!.load();
    } catch (error) {
      // The jobs stay queued: in development the next edit may bring the file back.
      logger.error(`effect ${name} can't be loaded`, { error });
      return undefined;
    }
  };

  const claimable = async (): Promise<ClaimRequest[]> => {
    const requests: ClaimRequest[] = [];
    for (const effect of Object.keys(slots())) {
      if (!driver.caps.durable && !touched.has(effect)) continue;
      const file = await load(effect);
      if (!file) continue;
      const concurrency = file.concurrency ?? DEFAULT_CONCURRENCY;
      const count = concurrency - (perEffect.get(effect) ?? 0);
      if (count > 0) requests.push(concurrency === 1 ? { effect, count, exclusive: true } : { effect, count });
    }
    return requests;
  };

  const pump = (): void => {
    if (state !== 'running') return;
    if (pumping) {
      again = true;
      return;
    }
    again = false;
    pumping = take()
      .catch((error: unknown) => logger.error('the queue does not answer', { error }))
      .finally(() => {
        pumping = undefined;
        if (again) pump();
        else settle();
      });
  };

  const take = async (): Promise<void> => {
    for (;;) {
      const requests = await claimable();
      if (requests.length === 0 || state !== 'running') return;
      const leases = await driver.claim(requests, LEASE);
      if (leases.length === 0) return;
      for (const lease of leases) void run(lease);
    }
  };

  const run = async (lease: Lease): Promise<void> => {
    const { effect } = lease.job;
    const abort = new AbortController();
    running.set(lease, abort);
    perEffect.set(effect, (perEffect.get(effect) ?? 0) + 1);
    const heartbeat = setInterval(() => {
      driver.extend(lease, LEASE).then(
        (held) => held || abort.abort(new Error('the lease of this job was lost')),
        (error: unknown) => logger.warn('a lease could not be extended', { error, effect }),
      );
    }, LEASE / 3);
    try {
      await finish(lease, abort);
    } catch (error) {
      // The driver failed: the lease runs out and the job comes back.
      logger.error('the end of a job could not be stored', { error, effect, job: lease.job.id });
    } finally {
      clearInterval(heartbeat);
      running.delete(lease);
      perEffect.set(effect, perEffect.get(effect)! - 1);
      if (state === 'running') pump();
      else settle();
    }
  };

  const finish = async (lease: Lease, abort: AbortController): Promise<void> => {
    const { job } = lease;
    const fields = { effect: job.effect, job: job.id, attempt: job.attempt };
    const slot = slots()[job.effect];
    if (!slot) return void (await driver.dead(lease, `no effect ${job.effect} in this release`));
    const file = await slot.load();
    let payload: unknown;
    try {
      payload = toPayload(job, slot.payload, $defs());
    } catch (error) {
      logger.error('a queued payload does not fit its effect: dead letter', { ...fields, error });
      return void (await driver.dead(lease, messageOf(error)));
    }
    try {
      const result = await attempt({ file, job, payload, abort, gctx: gctx(), logger });
      await driver.ack(lease, result);
    } catch (error) {
      const retry = { ...DEFAULT_RETRY, ...file.retry };
      if (job.attempt >= retry.attempts || !isRetryable(error)) {
        logger.error('an effect failed for good: dead letter', { ...fields, error });
        await driver.dead(lease, messageOf(error));
      } else {
        const wait = backoff ? toBackoff(retry, job.attempt) : 0;
        logger.warn('an effect failed and is tried again', { ...fields, wait, error });
        await driver.retry(lease, Date.now() + wait, messageOf(error));
      }
    }
  };

  /** Wakes whoever waits for silence. */
  const settle = (): void => {
    if (running.size > 0 || pumping) return;
    const woken = waiters;
    waiters = [];
    for (const wake of woken) wake();
  };

  const quiet = (): Promise<void> =>
    new Promise((resolve) => {
      waiters.push(resolve);
      if (state === 'running') pump();
      else settle();
    });

  return {
    async enqueue(name, payload, options = {}) {
      const slot = slots()[name];
      if (!slot) {
        throw new GatiError({
          code: 'GATI_EFFECT_UNKNOWN',
          level: 'error',
          message: `There is no effect "${name}".`,
          fix: `Effects of this app: ${Object.keys(slots()).join(', ') || 'none'}. Add src/effects/${name}.ts or correct the name.`,
        });
      }
      if (state === 'closed') {
        throw new GatiError({
          code: 'GATI_EFFECT_CLOSED',
          level: 'error',
          message: `"${name}" was not enqueued: this process is ending and its queue is closed.`,
          fix: 'Await what enqueues before the answer is sent, or hand its promise to lctx.waitUntil().',
        });
      }
      const now = Date.now();
      const { delay = 0, idempotencyKey, priority = 0 } = options;
      const text = toPayloadText(name, payload, slot.payload, $defs());
      const release = gctx().release.version;
      touched.add(name);
      const [id] = await driver.enqueue([
        { id: randomUUID(), effect: name, payload: text, priority, release, runAt: now + delay, idempotencyKey },
      ]);
      return { id: id! };
    },

    start() {
      if (state !== 'stopped') return;
      state = 'running';
      if (driver.onReady) stopReady = driver.onReady(pump);
      else poll = setInterval(pump, POLL).unref();
      pump();
    },

    idle: quiet,

    async drain(milliseconds) {
      const deadline = AbortSignal.timeout(milliseconds);
      const late = new Promise<void>((resolve) => deadline.addEventListener('abort', () => resolve(), { once: true }));
      if (state === 'running') await Promise.race([driver.caps.durable ? undefined : quiet(), late]);
      state = 'closed';
      stopReady?.();
      clearInterval(poll);
      await Promise.race([quiet(), late]);
      for (const abort of running.values()) abort.abort(new Error('the process is ending'));
      const left = await driver.stats();
      if (!driver.caps.durable && left.waiting + left.delayed + running.size > 0) {
        logger.warn('jobs in memory are lost with this process', { waiting: left.waiting, delayed: left.delayed, active: running.size });
      }
      await driver.close();
    },

    stats: () => driver.stats(),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
