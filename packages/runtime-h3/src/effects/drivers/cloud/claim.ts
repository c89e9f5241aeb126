import type { ClaimRequest, Lease } from '../../../ports.ts';
import { type Enveloped, fromBody, toQueueJob } from './envelope.ts';
import { trackLease } from './lease-state.ts';
import type { IdempotencyKeys } from './idempotency-keys.ts';
import type { Receiver, Received } from './receiver.ts';
import type { MessageQueue, ServiceLimits } from './service.ts';

export interface ClaimOptions {
  receiver: Receiver;
  limits: ServiceLimits;
  keys: IdempotencyKeys | undefined;
  deadLetters(): Promise<MessageQueue>;
  onError(error: Error): void;
}

/** Creates `claim`, which turns received messages into leases. */
export function createClaim({
  receiver,
  limits,
  keys,
  deadLetters,
  onError,
}: ClaimOptions): (requests: ClaimRequest[], lease: number) => Promise<Lease[]> {
  /** Another program sent or changed this message: it must neither come back forever nor be lost. */
  const moveToDeadLetters = async ({ message, queue }: Received): Promise<void> => {
    onError(new Error('a message that is not a job was moved to the dead letters'));
    await (await deadLetters()).send({ body: message.body, delay: 0 });
    await queue.remove(message.receipt);
  };

  const toLease = ({ message, queue }: Received, enveloped: Enveloped, duration: number): Lease => {
    const { tries = 0, due } = enveloped;
    // The job has been due for less than one lease, so no earlier run can have lost its lease.
    // Earlier deliveries only hid the message.
    const isFirst =
      limits.approximateDeliveries && due !== undefined && Date.now() < due + duration;
    const lease = {
      job: toQueueJob(enveloped, tries + (isFirst ? 1 : message.deliveries)),
      token: message.receipt,
    };
    trackLease(lease, {
      queue,
      receipt: message.receipt,
      until: message.until,
      tries,
      settled: false,
      unsavedSteps: false,
      lastCall: Promise.resolve(),
    });
    return lease;
  };

  /**
   * Removes the message if it is a copy of a job that has ended. If the keys can't be read, the job
   * runs, because it must run at least once.
   */
  const removeCopy = async ({ message, queue }: Received, job: Enveloped): Promise<boolean> => {
    if (job.idempotencyKey === undefined || !keys) return false;
    try {
      if (!(await keys.isDone(job))) return false;
      await queue.remove(message.receipt);
      return true;
    } catch (error) {
      onError(error as Error);
      return false;
    }
  };

  const claim = async (requests: ClaimRequest[], duration: number): Promise<Lease[]> => {
    const batches = await Promise.all(
      requests.map(({ effect, count }) => receiver.take(effect, count, duration)),
    );
    const leases: Lease[] = [];
    /** Number of received jobs that are not due yet, by effect. */
    const early = new Map<string, number>();
    const handle = async (received: Received): Promise<void> => {
      const enveloped = fromBody(received.message.body);
      const wait = (enveloped?.due ?? 0) - Date.now();
      if (!enveloped) await moveToDeadLetters(received);
      else if (wait <= 0) {
        if (!(await removeCopy(received, enveloped)))
          leases.push(toLease(received, enveloped, duration));
      } else {
        early.set(enveloped.effect, (early.get(enveloped.effect) ?? 0) + 1);
        // If this fails, the message comes back when its lease expires. The next claim then hides
        // it.
        const { queue, message } = received;
        await queue.hide(message.receipt, Math.min(wait, limits.maxHide)).catch(onError);
      }
    };
    await Promise.all(batches.flat().map(handle));
    // The early jobs were hidden again, so there is room for as many others.
    if (early.size > 0) {
      const again = [...early].map(([effect, count]) => ({ effect, count }));
      leases.push(...(await claim(again, duration)));
    }
    return leases;
  };

  return async (requests, lease) => {
    const wanted = requests.filter(({ count }) => count > 0);
    if (wanted.length === 0) return [];
    const leases = await claim(wanted, lease);
    if (leases.length > 0 || !receiver.arrival) return leases;
    await receiver.arrival();
    return claim(wanted, lease);
  };
}
