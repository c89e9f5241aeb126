import { GatiError } from '@gati/contract';
import type { NewJob, QueueCaps, QueueDriver, QueueStats } from '../../../ports.ts';
import { unavailableError } from '../shared/unavailable.ts';
import { retryWhileUnavailable } from '../shared/retry.ts';
import { createClaim } from './claim.ts';
import { createRedrive } from './redrive.ts';
import { type Enveloped, ERROR_RESERVE, RESERVE, toBody, toEnveloped } from './envelope.ts';
import { type LeaseState, withLease } from './lease-state.ts';
import { createPollingReceiver, createWaitingReceiver } from './receiver.ts';
import { createKeys } from './idempotency-keys.ts';
import type { KeyStore } from './key-store.ts';
import { type NameRule, deadLetterName, queueNameOf } from './queue-names.ts';
import type { MessageQueue, MessageService, OutgoingMessage } from './service.ts';

export interface CloudDriverOptions {
  service: MessageService;
  /** As people call it, for messages. */
  title: string;
  prefix: string;
  nameRule: NameRule;
  /** Where idempotency keys are remembered. */
  keyStore: KeyStore | undefined;
  onError(error: Error): void;
}

/**
 * A driver over the queues of a cloud: one an effect, so that an effect without room holds up no other, and one of dead letters.
 * What they promise is at least once: each step of what follows may be the last of a process, and the job is then there once or twice, never not at all.
 */
export async function createCloudDriver({
  service,
  title,
  prefix,
  nameRule: names,
  keyStore: store,
  onError,
}: CloudDriverOptions): Promise<QueueDriver> {
  const { limits } = service;
  const longest = limits.maxBody - RESERVE;
  const keys = store && createKeys(store);
  const isAway = (error: unknown): boolean =>
    service.isOutage(error) || store?.isOutage(error) === true;
  const caps: QueueCaps = {
    durable: true,
    shared: true,
    maxDelay: limits.maxDelay || limits.maxHide,
    maxPayload: longest,
    keyMemory: keys ? Infinity : 0,
    ordered: false,
  };
  const opened = new Map<string, Promise<MessageQueue>>();

  const open = (name: string): Promise<MessageQueue> => {
    let queue = opened.get(name);
    if (!queue) {
      queue = service.open(name);
      opened.set(name, queue);
      // The next use tries again.
      queue.catch(() => opened.delete(name));
    }
    return queue;
  };
  const queueOf = (effect: string): Promise<MessageQueue> =>
    open(queueNameOf(prefix, effect, names));
  const deadName = deadLetterName(prefix);
  const redrive = createRedrive({ dead: () => open(deadName), queueOf, onError });

  const intake = (limits.maxWait === undefined ? createPollingReceiver : createWaitingReceiver)({
    limits,
    open: queueOf,
    onError,
  });
  try {
    // Says at start what is wrong with the address or the rights.
    await retryWhileUnavailable(() => open(deadName), service.isOutage);
  } catch (cause) {
    await Promise.all([service.close(), keys?.close()]);
    if (!service.isOutage(cause)) throw cause;
    throw unavailableError(
      `The queue in ${title} can't be opened`,
      'Check that the service can be reached from here.',
      cause,
    );
  }

  const claim = createClaim({
    receiver: intake,
    limits,
    keys,
    dead: () => open(deadName),
    onError,
  });

  const toOutgoing = (job: Enveloped, wait: number): OutgoingMessage => {
    const delay = Math.min(caps.maxDelay, Math.max(0, wait));
    if (limits.maxDelay > 0 || delay === 0) return { body: toBody(job), delay };
    return { body: toBody({ ...job, due: Date.now() + delay }), delay: 0 };
  };

  const put = async ({ runAt, ...job }: NewJob): Promise<string> => {
    const reserved = job.idempotencyKey === undefined ? undefined : await keys?.reserve(job);
    if (reserved?.send === false) return reserved.id;
    const id = reserved?.id ?? job.id;
    await (
      await queueOf(job.effect)
    ).send(toOutgoing({ ...job, id, enqueuedAt: Date.now() }, runAt - Date.now()));
    reserved?.sent();
    return id;
  };

  /** The next attempt is a message of its own, which is there before this one goes. */
  const resend = async (
    held: LeaseState,
    message: OutgoingMessage,
    to: MessageQueue = held.queue,
  ): Promise<boolean> => {
    await to.send(message);
    held.over = true;
    return held.queue.remove(held.receipt);
  };

  const extend = async (held: LeaseState, milliseconds: number): Promise<boolean> => {
    const now = performance.now();
    const receipt = await held.queue.hide(held.receipt, milliseconds);
    if (receipt === undefined) return false;
    held.receipt = receipt;
    held.until = now + milliseconds;
    return true;
  };

  const driver: QueueDriver = {
    caps,

    async enqueue(jobs) {
      try {
        return await Promise.all(
          dedupeByKey(jobs, (job) => retryWhileUnavailable(() => put(job), isAway)),
        );
      } catch (cause) {
        if (!isAway(cause)) throw cause;
        throw unavailableError(
          `${title}${store ? ' or its store of keys' : ''} does not respond, and the job was not enqueued`,
          'Try again when the service is back.',
          cause,
        );
      }
    },

    claim,

    extend: (lease, milliseconds) => withLease(lease, (held) => extend(held, milliseconds)),

    ack: (lease) =>
      withLease(lease, async (held) => {
        // Before the message goes: whoever gets it after this knows that it is through.
        if (lease.job.idempotencyKey !== undefined) await keys?.done(lease.job);
        if (!(await held.queue.remove(held.receipt))) return false;
        held.over = true;
        return true;
      }),

    retry: (lease, runAt) =>
      withLease(lease, async (held) => {
        const wait = runAt - Date.now();
        if (held.unsavedSteps || limits.approximateDeliveries)
          return resend(held, toOutgoing(toEnveloped(lease.job), wait));
        // Nothing to tell the next attempt that the service does not count itself.
        held.over =
          (await held.queue.hide(held.receipt, Math.min(Math.max(0, wait), limits.maxHide))) !==
          undefined;
        return held.over;
      }),

    dead: (lease, reason) =>
      withLease(lease, async (held) =>
        resend(held, toOutgoing(toEnveloped(lease.job, reason), 0), await open(deadName)),
      ),

    saveStep: (lease, name, result) =>
      withLease(lease, async (held) => {
        const { job } = lease;
        const steps = { ...job.steps, [name]: result };
        const body = toBody({ ...toEnveloped(job), tries: held.tries, steps });
        if (Buffer.byteLength(body) > limits.maxBody - ERROR_RESERVE)
          throw payloadTooLargeError(job.effect, name, longest);
        if (held.queue.replace) {
          const receipt = await held.queue.replace(held.receipt, {
            body,
            delay: held.until - performance.now(),
          });
          if (receipt === undefined) return false;
          held.receipt = receipt;
        } else held.unsavedSteps = true;
        job.steps = steps;
        return true;
      }),

    redrive: (ids) => redrive(({ id }) => ids.includes(id), ids.length),
    redriveAll: (effects) => redrive(({ effect }) => !effects || effects.includes(effect)),

    async stats() {
      const found = (await service.listNames(`${prefix}-`)) ?? [...opened.keys()];
      const stats: QueueStats = { waiting: 0, delayed: 0, active: 0, dead: 0 };
      const counted = await Promise.all(
        found.map(async (name) => {
          const counts = await (await open(name)).counts?.();
          if (!counts) return false;
          const { ready, delayed, hidden } = counts;
          if (name === deadName) stats.dead += ready + delayed + hidden;
          else {
            stats.waiting += ready;
            stats.delayed += delayed;
            stats.active += hidden;
          }
          return true;
        }),
      );
      return counted.includes(false) ? undefined : stats;
    },

    ...(limits.maxWait !== undefined && { onReady: intake.listen }),

    async close() {
      await Promise.all([intake.close(), keys?.close()]);
      await service.close();
    },
  };
  return driver;
}

/** Of the jobs of one call that have a key in common, the first is put, and the others are told its id: at once, any of them might be first at the store. */
function dedupeByKey(jobs: NewJob[], put: (job: NewJob) => Promise<string>): Promise<string>[] {
  const begun = new Map<string, Promise<string>>();
  return jobs.map((job) => {
    if (job.idempotencyKey === undefined) return put(job);
    const key = `${job.effect}\0${job.idempotencyKey}`;
    const made = begun.get(key) ?? put(job);
    begun.set(key, made);
    return made;
  });
}

function payloadTooLargeError(effect: string, step: string, longest: number): GatiError {
  return new GatiError({
    code: 'GATI_EFFECT_STEP',
    message: `The step "${step}" of "${effect}" can't be stored: payload and step results together may have at most ${longest} bytes in this queue.`,
    fix: 'Store the result, for example in gctx.storage, and return its key from the step.',
  });
}
