import type { ClaimRequest, Lease } from '../../../ports.ts';
import { type Enveloped, fromBody, toQueueJob } from './envelope.ts';
import { trackLease } from './lease-state.ts';
import type { Keys } from './idempotency-keys.ts';
import type { Receiver, Received } from './receiver.ts';
import type { MessageQueue, ServiceLimits } from './service.ts';

export interface ClaimOptions {
  receiver: Receiver;
  limits: ServiceLimits;
  keys: Keys | undefined;
  dead(): Promise<MessageQueue>;
  onError(error: Error): void;
}

/** Makes leases of the messages that come in. */
export function createClaim({
  receiver: intake,
  limits,
  keys,
  dead,
  onError,
}: ClaimOptions): (requests: ClaimRequest[], lease: number) => Promise<Lease[]> {
  /** Who sent it is no part of this app: it must neither come back for ever nor be lost. */
  const setAside = async ({ message, queue }: Received): Promise<void> => {
    onError(new Error('a message that is no job was moved to the dead letters'));
    await (await dead()).send({ body: message.body, delay: 0 });
    await queue.remove(message.receipt);
  };

  const toLease = ({ message, queue }: Received, enveloped: Enveloped, lease: number): Lease => {
    const { tries = 0, due } = enveloped;
    // No run that began when it was due has lost its lease by now: it was given before to be held back.
    const first = limits.approximateDeliveries && due !== undefined && Date.now() < due + lease;
    const made = {
      job: toQueueJob(enveloped, tries + (first ? 1 : message.deliveries)),
      token: message.receipt,
    };
    trackLease(made, {
      queue,
      receipt: message.receipt,
      until: message.until,
      tries,
      over: false,
      unsavedSteps: false,
      lastCall: Promise.resolve(),
    });
    return made;
  };

  /** A copy of what is through is not run. Where the keys can't be read it is: at least once counts more. */
  const isCopy = async ({ message, queue }: Received, job: Enveloped): Promise<boolean> => {
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

  const take = async (requests: ClaimRequest[], lease: number): Promise<Lease[]> => {
    const taken = (
      await Promise.all(requests.map(({ effect, count }) => intake.take(effect, count, lease)))
    ).flat();
    const leases: Lease[] = [];
    const early = new Map<string, number>();
    const settle = async (one: Received): Promise<void> => {
      const enveloped = fromBody(one.message.body);
      const wait = (enveloped?.due ?? 0) - Date.now();
      if (!enveloped) await setAside(one);
      else if (wait <= 0) {
        if (!(await isCopy(one, enveloped))) leases.push(toLease(one, enveloped, lease));
      } else {
        early.set(enveloped.effect, (early.get(enveloped.effect) ?? 0) + 1);
        // Where this fails it comes back with the end of its lease, and is held back then.
        await one.queue.hide(one.message.receipt, Math.min(wait, limits.maxHide)).catch(onError);
      }
    };
    await Promise.all(taken.map(settle));
    // Their places are free again.
    if (early.size > 0)
      leases.push(
        ...(await take(
          [...early].map(([effect, count]) => ({ effect, count })),
          lease,
        )),
      );
    return leases;
  };

  return async (requests, lease) => {
    const asked = requests.filter(({ count }) => count > 0);
    if (asked.length === 0) return [];
    const leases = await take(asked, lease);
    if (leases.length > 0 || !intake.arrival) return leases;
    await intake.arrival();
    return take(asked, lease);
  };
}
