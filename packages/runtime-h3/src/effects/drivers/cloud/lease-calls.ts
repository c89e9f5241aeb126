import { GatiError } from '@gati/contract';
import type { QueueDriver } from '../../../ports.ts';
import { type Enveloped, ERROR_RESERVE, maxPayloadOf, toBody, toEnveloped } from './envelope.ts';
import type { IdempotencyKeys } from './idempotency-keys.ts';
import { type LeaseState, withLease } from './lease-state.ts';
import type { MessageQueue, OutgoingMessage, ServiceLimits } from './service.ts';

type LeaseCalls = Required<Pick<QueueDriver, 'extend' | 'ack' | 'retry' | 'dead' | 'saveStep'>>;

export interface LeaseCallsOptions {
  limits: ServiceLimits;
  keys: IdempotencyKeys | undefined;
  deadLetters(): Promise<MessageQueue>;
  /** Makes the message of a job that is due in `wait` milliseconds. */
  toOutgoing(job: Enveloped, wait: number): OutgoingMessage;
}

/**
 * Creates the functions that the holder of a lease calls. They resolve to `false` when the lease is
 * lost.
 */
export function createLeaseCalls({
  limits,
  keys,
  deadLetters,
  toOutgoing,
}: LeaseCallsOptions): LeaseCalls {
  /** Sends the next attempt as a new message before it removes this one. */
  const resend = async (
    state: LeaseState,
    message: OutgoingMessage,
    to: MessageQueue = state.queue,
  ): Promise<boolean> => {
    await to.send(message);
    state.settled = true;
    return state.queue.remove(state.receipt);
  };

  return {
    extend: (lease, milliseconds) =>
      withLease(lease, async (state) => {
        const now = performance.now();
        const receipt = await state.queue.hide(state.receipt, milliseconds);
        if (receipt === undefined) return false;
        state.receipt = receipt;
        state.until = now + milliseconds;
        return true;
      }),

    ack: (lease) =>
      withLease(lease, async (state) => {
        // Stored before the message is removed, so that a worker that later receives a copy skips
        // it.
        if (lease.job.idempotencyKey !== undefined) await keys?.done(lease.job);
        if (!(await state.queue.remove(state.receipt))) return false;
        state.settled = true;
        return true;
      }),

    retry: (lease, runAt) =>
      withLease(lease, async (state) => {
        const wait = runAt - Date.now();
        if (state.unsavedSteps || limits.approximateDeliveries)
          return resend(state, toOutgoing(toEnveloped(lease.job), wait));
        // The service counts the attempts, so the message needs no change.
        const delay = Math.min(Math.max(0, wait), limits.maxHide);
        state.settled = (await state.queue.hide(state.receipt, delay)) !== undefined;
        return state.settled;
      }),

    dead: (lease, reason) =>
      withLease(lease, async (state) =>
        resend(state, toOutgoing(toEnveloped(lease.job, reason), 0), await deadLetters()),
      ),

    saveStep: (lease, name, result) =>
      withLease(lease, async (state) => {
        const { job } = lease;
        const steps = { ...job.steps, [name]: result };
        const body = toBody({ ...toEnveloped(job), tries: state.tries, steps });
        if (Buffer.byteLength(body) > limits.maxBody - ERROR_RESERVE)
          throw stepTooLargeError(job.effect, name, maxPayloadOf(limits));
        if (state.queue.replace) {
          const receipt = await state.queue.replace(state.receipt, {
            body,
            delay: state.until - performance.now(),
          });
          if (receipt === undefined) return false;
          state.receipt = receipt;
        } else state.unsavedSteps = true;
        job.steps = steps;
        return true;
      }),
  };
}

function stepTooLargeError(effect: string, step: string, maxPayload: number): GatiError {
  return new GatiError({
    code: 'GATI_EFFECT_STEP',
    message: `The step "${step}" of "${effect}" can't be stored: payload and step results together may have at most ${maxPayload} bytes in this queue.`,
    fix: 'Store the result, for example in gctx.storage, and return its key from the step.',
  });
}
