import type { NewJob, QueueCaps, QueueDriver } from '../../../ports.ts';
import { unavailableError } from '../shared/unavailable.ts';
import { retryWhileUnavailable } from '../shared/retry.ts';
import { createClaim } from './claim.ts';
import { createRedrive } from './redrive.ts';
import { type Enveloped, maxPayloadOf, toBody } from './envelope.ts';
import { createLeaseCalls } from './lease-calls.ts';
import { createPollingReceiver, createWaitingReceiver } from './receiver.ts';
import { createIdempotencyKeys } from './idempotency-keys.ts';
import type { KeyStore } from './key-store.ts';
import { createOpenQueues } from './open-queues.ts';
import type { NameRule } from './queue-names.ts';
import type { MessageService, OutgoingMessage } from './service.ts';

export interface CloudDriverOptions {
  service: MessageService;
  /** Name of the service in messages. */
  title: string;
  /** Prefix of all queue names. */
  prefix: string;
  nameRule: NameRule;
  /** Store of the idempotency keys. */
  keyStore: KeyStore | undefined;
  onError(error: Error): void;
}

/**
 * Creates a driver over the queues of a cloud service. Each effect has its own queue, so that an
 * effect without room does not hold up another; one queue has the dead letters.
 *
 * The services deliver at least once. A process may die after any step below: the job then exists
 * once or twice, but is never lost.
 *
 * @throws {GatiError} GATI_EFFECTS_AWAY when the service is unavailable
 */
export async function createCloudDriver({
  service,
  title,
  prefix,
  nameRule,
  keyStore,
  onError,
}: CloudDriverOptions): Promise<QueueDriver> {
  const { limits } = service;
  const keys = keyStore && createIdempotencyKeys(keyStore);
  const isOutage = (error: unknown): boolean =>
    service.isOutage(error) || keyStore?.isOutage(error) === true;
  const caps: QueueCaps = {
    durable: true,
    shared: true,
    maxDelay: limits.maxDelay || limits.maxHide,
    maxPayload: maxPayloadOf(limits),
    keyMemory: keys ? Infinity : 0,
    ordered: false,
  };
  const { ofEffect, deadLetters, count } = createOpenQueues(service, prefix, nameRule);
  const createReceiver =
    limits.maxWait === undefined ? createPollingReceiver : createWaitingReceiver;
  const receiver = createReceiver({ limits, open: ofEffect, onError });
  try {
    // Reports a wrong address or missing rights when the server starts.
    await retryWhileUnavailable(deadLetters, service.isOutage);
  } catch (cause) {
    await Promise.all([service.close(), keys?.close()]);
    if (!service.isOutage(cause)) throw cause;
    throw unavailableError(
      `The queue in ${title} can't be opened`,
      'Check that the service can be reached from here.',
      cause,
    );
  }

  const toOutgoing = (job: Enveloped, wait: number): OutgoingMessage => {
    const delay = Math.min(caps.maxDelay, Math.max(0, wait));
    if (limits.maxDelay > 0 || delay === 0) return { body: toBody(job), delay };
    return { body: toBody({ ...job, due: Date.now() + delay }), delay: 0 };
  };

  const send = async ({ runAt, ...job }: NewJob): Promise<string> => {
    const reserved = job.idempotencyKey === undefined ? undefined : await keys?.reserve(job);
    if (reserved?.send === false) return reserved.id;
    const id = reserved?.id ?? job.id;
    const queue = await ofEffect(job.effect);
    await queue.send(toOutgoing({ ...job, id, enqueuedAt: Date.now() }, runAt - Date.now()));
    reserved?.sent();
    return id;
  };

  const redrive = createRedrive({ deadLetters, queueOf: ofEffect, onError });

  return {
    caps,

    async enqueue(jobs) {
      try {
        return await Promise.all(
          sendOncePerKey(jobs, (job) => retryWhileUnavailable(() => send(job), isOutage)),
        );
      } catch (cause) {
        if (!isOutage(cause)) throw cause;
        throw unavailableError(
          `${title}${keyStore ? ' or its store of keys' : ''} does not respond, and the job was not enqueued`,
          'Try again when the service is back.',
          cause,
        );
      }
    },

    claim: createClaim({ receiver, limits, keys, deadLetters, onError }),
    ...createLeaseCalls({ limits, keys, deadLetters, toOutgoing }),
    redrive: (ids) => redrive(({ id }) => ids.includes(id), ids.length),
    redriveAll: (effects) => redrive(({ effect }) => !effects || effects.includes(effect)),
    stats: count,
    ...(limits.maxWait !== undefined && { onReady: receiver.listen }),

    async close() {
      await Promise.all([receiver.close(), keys?.close()]);
      await service.close();
    },
  };
}

/**
 * Sends one job per key within a call; the other jobs with the key get its id. In parallel, the
 * calls would conflict in the key store.
 */
function sendOncePerKey(jobs: NewJob[], send: (job: NewJob) => Promise<string>): Promise<string>[] {
  const sending = new Map<string, Promise<string>>();
  return jobs.map((job) => {
    if (job.idempotencyKey === undefined) return send(job);
    const key = `${job.effect}\0${job.idempotencyKey}`;
    const sent = sending.get(key) ?? send(job);
    sending.set(key, sent);
    return sent;
  });
}
