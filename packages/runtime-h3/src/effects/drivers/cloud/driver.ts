import { GatiError } from '@gati/contract';
import type { Lease, QueueCaps, QueueDriver, QueueStats } from '../../../ports.ts';
import { toAway } from '../away.ts';
import { patiently } from '../patience.ts';
import { createRedrive } from './dead.ts';
import { type Enveloped, ERROR_RESERVE, fromBody, RESERVE, toBody, toEnveloped, toQueueJob } from './envelope.ts';
import { type Held, hold, whileHeld } from './held.ts';
import { createDirectIntake, createWaitingIntake, type Taken } from './intake.ts';
import { type NameRule, toDeadName, toQueueName } from './names.ts';
import type { MessageQueue, MessageService } from './service.ts';

export interface CloudDriverOptions {
  service: MessageService;
  /** As people call it, for messages. */
  title: string;
  prefix: string;
  names: NameRule;
  onError(error: Error): void;
}

/**
 * A driver over the queues of a cloud: one an effect, so that an effect without room holds up no other, and one of dead letters.
 * What they promise is at least once: each step of what follows may be the last of a process, and the job is then there once or twice, never not at all.
 */
export async function createCloudDriver({ service, title, prefix, names, onError }: CloudDriverOptions): Promise<QueueDriver> {
  const { limits } = service;
  const longest = limits.body - RESERVE;
  const opened = new Map<string, Promise<MessageQueue>>();

  const open = (name: string): Promise<MessageQueue> => {
    let queue = opened.get(name);
    if (!queue) {
      queue = service.queue(name);
      opened.set(name, queue);
      // The next use tries again.
      queue.catch(() => opened.delete(name));
    }
    return queue;
  };
  const queueOf = (effect: string): Promise<MessageQueue> => open(toQueueName(prefix, effect, names));
  const deadName = toDeadName(prefix);
  const redrive = createRedrive({ dead: () => open(deadName), queueOf, onError });

  const intake = (limits.wait === undefined ? createDirectIntake : createWaitingIntake)({ limits, open: queueOf, onError });
  try {
    // Says at start what is wrong with the address or the rights.
    await patiently(() => open(deadName), service.isOutage);
  } catch (cause) {
    await service.close();
    if (!service.isOutage(cause)) throw cause;
    throw toAway(`The queue in ${title} can't be opened`, 'Check that the service can be reached from here.', cause);
  }

  /** Who sent it is no part of this app: it must neither come back for ever nor be lost. */
  const setAside = async ({ message, queue }: Taken): Promise<void> => {
    onError(new Error(`a message that is no job was moved to ${deadName}`));
    await (await open(deadName)).send({ body: message.body, delay: 0 });
    await queue.remove(message.receipt);
  };

  const toLease = (taken: Taken, enveloped: Enveloped): Lease => {
    const { message, queue } = taken;
    const lease = { job: toQueueJob(enveloped, (enveloped.tries ?? 0) + message.deliveries), token: message.receipt };
    const { tries = 0 } = enveloped;
    hold(lease, { queue, receipt: message.receipt, until: message.until, tries, over: false, changed: false, last: Promise.resolve() });
    return lease;
  };

  /** The next attempt is a message of its own, which is there before this one goes. */
  const resend = async (held: Held, body: string, delay: number, to: MessageQueue = held.queue): Promise<boolean> => {
    await to.send({ body, delay });
    held.over = true;
    return held.queue.remove(held.receipt);
  };

  const extend = async (held: Held, milliseconds: number): Promise<boolean> => {
    const now = performance.now();
    const receipt = await held.queue.hold(held.receipt, milliseconds);
    if (receipt === undefined) return false;
    held.receipt = receipt;
    held.until = now + milliseconds;
    return true;
  };

  const caps: QueueCaps = { durable: true, shared: true, maxDelay: limits.delay, maxPayload: longest, keys: 0, ordered: false };
  const driver: QueueDriver = {
    caps,

    async enqueue(jobs) {
      await Promise.all(
        jobs.map(async ({ runAt, ...job }) => {
          const body = toBody({ ...job, enqueuedAt: Date.now() });
          const delay = Math.min(limits.delay, Math.max(0, runAt - Date.now()));
          try {
            await patiently(async () => (await queueOf(job.effect)).send({ body, delay }), service.isOutage);
          } catch (cause) {
            if (!service.isOutage(cause)) throw cause;
            throw toAway(`${title} does not answer, and the job was not enqueued`, 'Try again when the service is back.', cause);
          }
        }),
      );
      return jobs.map(({ id }) => id);
    },

    async claim(requests, lease) {
      const asked = requests.filter(({ count }) => count > 0);
      if (asked.length === 0) return [];
      const take = async (): Promise<Taken[]> =>
        (await Promise.all(asked.map(({ effect, count }) => intake.take(effect, count, lease)))).flat();
      let taken = await take();
      if (taken.length === 0 && intake.arrival) {
        await intake.arrival();
        taken = await take();
      }
      const leases: Lease[] = [];
      for (const one of taken) {
        const enveloped = fromBody(one.message.body);
        if (enveloped) leases.push(toLease(one, enveloped));
        else await setAside(one);
      }
      return leases;
    },

    extend: (lease, milliseconds) => whileHeld(lease, (held) => extend(held, milliseconds)),

    ack: (lease) =>
      whileHeld(lease, async (held) => {
        if (!(await held.queue.remove(held.receipt))) return false;
        held.over = true;
        return true;
      }),

    retry: (lease, runAt) =>
      whileHeld(lease, async (held) => {
        const delay = Math.max(0, runAt - Date.now());
        if (held.changed) return resend(held, toBody(toEnveloped(lease.job)), Math.min(delay, limits.delay));
        // Nothing to tell the next attempt that the service does not count itself.
        held.over = (await held.queue.hold(held.receipt, Math.min(delay, limits.hold))) !== undefined;
        return held.over;
      }),

    dead: (lease, reason) =>
      whileHeld(lease, async (held) => resend(held, toBody(toEnveloped(lease.job, reason)), 0, await open(deadName))),

    saveStep: (lease, name, result) =>
      whileHeld(lease, async (held) => {
        const { job } = lease;
        const steps = { ...job.steps, [name]: result };
        const body = toBody({ ...toEnveloped(job), tries: held.tries, steps });
        if (Buffer.byteLength(body) > limits.body - ERROR_RESERVE) throw toTooLong(job.effect, name, longest);
        if (held.queue.replace) {
          const receipt = await held.queue.replace(held.receipt, { body, delay: held.until - performance.now() });
          if (receipt === undefined) return false;
          held.receipt = receipt;
        } else held.changed = true;
        job.steps = steps;
        return true;
      }),

    redrive: (ids) => redrive(({ id }) => ids.includes(id), ids.length),
    redriveAll: (effects) => redrive(({ effect }) => !effects || effects.includes(effect)),

    async stats() {
      const found = (await service.names(`${prefix}-`)) ?? [...opened.keys()];
      const stats: QueueStats = { waiting: 0, delayed: 0, active: 0, dead: 0 };
      await Promise.all(
        found.map(async (name) => {
          const { ready, delayed, hidden } = await (await open(name)).counts();
          if (name === deadName) stats.dead += ready + delayed + hidden;
          else {
            stats.waiting += ready;
            stats.delayed += delayed;
            stats.active += hidden;
          }
        }),
      );
      return stats;
    },

    ...(limits.wait !== undefined && { onReady: intake.listen }),

    async close() {
      await intake.close();
      await service.close();
    },
  };
  return driver;
}

function toTooLong(effect: string, step: string, longest: number): GatiError {
  return new GatiError({
    code: 'GATI_EFFECT_STEP',
    level: 'error',
    message: `The step "${step}" of "${effect}" can't be stored: payload and results of steps together may have ${longest} bytes in this queue.`,
    fix: 'Store what is large, in gctx.storage for example, and let the step give its key.',
  });
}
