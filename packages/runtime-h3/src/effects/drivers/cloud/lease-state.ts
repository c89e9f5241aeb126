import type { Lease } from '../../../ports.ts';
import type { MessageQueue } from './service.ts';

/** The message of a lease, and its state in this process. */
export interface LeaseState {
  queue: MessageQueue;
  receipt: string;
  /**
   * Monotonic milliseconds until which the lease is certainly valid. Checked here, because services
   * accept a late call without an error.
   */
  until: number;
  /** Attempts that were counted before this message was sent. */
  tries: number;
  /** The job was acknowledged, retried or made a dead letter. */
  settled: boolean;
  /** Steps were stored that the message does not contain yet. */
  unsavedSteps: boolean;
  /**
   * The last call that changes the message. The next one waits for it: a receipt may be valid only
   * once.
   */
  lastCall: Promise<unknown>;
}

/** States of the leases that this process holds. */
const states = new WeakMap<Lease, LeaseState>();

export const trackLease = (lease: Lease, state: LeaseState): void => void states.set(lease, state);

/**
 * Runs `work` while the lease is valid, one call after the other. Resolves to `false` if it is
 * lost.
 */
export function withLease(
  lease: Lease,
  work: (state: LeaseState) => Promise<boolean>,
): Promise<boolean> {
  const state = states.get(lease);
  if (!state) return Promise.resolve(false);
  const call = async (): Promise<boolean> =>
    !state.settled && performance.now() < state.until && (await work(state));
  const current = state.lastCall.then(call, call);
  state.lastCall = current;
  return current;
}
