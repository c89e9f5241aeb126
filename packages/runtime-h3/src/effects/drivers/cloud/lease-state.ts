import type { Lease } from '../../../ports.ts';
import type { MessageQueue } from './service.ts';

/** What stands behind a lease. */
export interface LeaseState {
  queue: MessageQueue;
  receipt: string;
  /** Steady milliseconds until which it is surely ours: services take a late answer without a word. */
  until: number;
  /** Attempts that were counted before this message was sent. */
  tries: number;
  /** Acknowledged, retried or dead. */
  over: boolean;
  /** Steps were added that the message does not hold yet. */
  unsavedSteps: boolean;
  /** The last call that changes the message; the next waits for it, since a receipt may count for one change alone. */
  lastCall: Promise<unknown>;
}

/** Of all leases that are held in this process. */
const all = new WeakMap<Lease, LeaseState>();

export const trackLease = (lease: Lease, held: LeaseState): void => void all.set(lease, held);

/** Does `work` while the lease is held, one after the other. `false`: it is lost. */
export function withLease(
  lease: Lease,
  work: (held: LeaseState) => Promise<boolean>,
): Promise<boolean> {
  const held = all.get(lease);
  if (!held) return Promise.resolve(false);
  const turn = async (): Promise<boolean> =>
    !held.over && performance.now() < held.until && (await work(held));
  const mine = held.lastCall.then(turn, turn);
  held.lastCall = mine;
  return mine;
}
