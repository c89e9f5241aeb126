import { getOrCreate } from '../../../collections/get-or-create.ts';
import type { ClaimRequest, Lease, NewJob } from '../../../ports.ts';
import { Heap } from '../shared/heap.ts';
import { type Entry, toJob } from './entry.ts';
import { IdempotencyKeys } from './idempotency-keys.ts';

/** Number of ended jobs that stay visible. */
const KEPT_JOBS = 1000;

/** The jobs of one effect. */
interface Lane {
  /**
   * Sorted by priority, then by order. May contain jobs that are no longer waiting; `claim` skips
   * them.
   */
  waiting: Heap<Entry>;
  active: number;
}

const createLane = (): Lane => ({
  waiting: new Heap((a, b) =>
    a.priority === b.priority ? a.sequence < b.sequence : a.priority > b.priority,
  ),
  active: 0,
});

/** The jobs of a queue in memory and the transitions between their states. */
export class JobTable {
  readonly jobs: Map<string, Entry> = new Map();
  readonly keys: IdempotencyKeys;
  readonly #now: () => number;
  /** Called when a job may have become due. */
  readonly #onReady: () => void;
  readonly #lanes = new Map<string, Lane>();
  readonly #delayed = new Heap<{ entry: Entry; at: number }>((a, b) => a.at < b.at);
  /** May contain leases that were extended or ended in the meantime. */
  readonly #leases = new Heap<{ entry: Entry; token: string; until: number }>(
    (a, b) => a.until < b.until,
  );
  readonly #ended: string[] = [];
  #sequence = 0;
  #tokens = 0;

  constructor(now: () => number, onReady: () => void) {
    this.#now = now;
    this.#onReady = onReady;
    this.keys = new IdempotencyKeys(now);
  }

  /** Adds a job and returns its id, or the id of the earlier job with the same key. */
  add(job: NewJob): string {
    const known = this.keys.reserve(job);
    if (known !== undefined) return known;
    const entry: Entry = {
      ...job,
      sequence: this.#sequence++,
      attempt: 0,
      enqueuedAt: this.#now(),
      state: 'waiting',
      token: '',
      leasedUntil: 0,
    };
    this.jobs.set(job.id, entry);
    this.place(entry, job.runAt);
    return job.id;
  }

  /** Claims waiting jobs of one effect. */
  claim({ effect, count, limit = Infinity, exclusive }: ClaimRequest, lease: number): Lease[] {
    const lane = this.#lane(effect);
    const claimed: Lease[] = [];
    const room = Math.min(count, (exclusive ? 1 : limit) - lane.active);
    while (claimed.length < room) {
      const entry = lane.waiting.pop();
      if (!entry) break;
      if (entry.state !== 'waiting' || this.jobs.get(entry.id) !== entry) continue;
      lane.active++;
      entry.attempt++;
      entry.state = 'active';
      entry.token = String(++this.#tokens);
      entry.leasedUntil = this.#now() + lease;
      this.#leases.push({ entry, token: entry.token, until: entry.leasedUntil });
      claimed.push({ job: toJob(entry), token: entry.token });
    }
    return claimed;
  }

  /** Moves due jobs, and jobs whose lease has expired, to the state `waiting`. */
  updateDue(): void {
    const now = this.#now();
    for (let due = this.#delayed.peek(); due && due.at <= now; due = this.#delayed.peek()) {
      this.#delayed.pop();
      const { entry } = due;
      if (entry.state === 'delayed' && entry.runAt <= now) this.place(entry, entry.runAt);
    }
    for (let due = this.#leases.peek(); due && due.until <= now; due = this.#leases.peek()) {
      this.#leases.pop();
      const { entry, token } = due;
      if (entry.token !== token) continue;
      if (entry.leasedUntil > now) this.#leases.push({ entry, token, until: entry.leasedUntil });
      else this.#leave(entry, () => this.place(entry, entry.runAt));
    }
  }

  /** Epoch milliseconds at which the next job may become due; `Infinity`: none. */
  nextDue(): number {
    return Math.min(this.#delayed.peek()?.at ?? Infinity, this.#leases.peek()?.until ?? Infinity);
  }

  /** Returns the job of a lease, or `undefined` if the lease is lost. */
  held(lease: Lease): Entry | undefined {
    this.updateDue();
    const entry = this.jobs.get(lease.job.id);
    return entry?.state === 'active' && entry.token === lease.token ? entry : undefined;
  }

  /** Ends a lease and applies `change` to its job. Returns `false` if the lease is lost. */
  settle(lease: Lease, change: (entry: Entry) => void): boolean {
    const entry = this.held(lease);
    if (entry) this.#leave(entry, () => change(entry));
    return entry !== undefined;
  }

  /**
   * Moves a job to the state `waiting`, or `delayed` if `runAt` (epoch milliseconds) is in the
   * future.
   */
  place(entry: Entry, runAt: number): void {
    entry.runAt = runAt;
    entry.token = '';
    entry.state = runAt > this.#now() ? 'delayed' : 'waiting';
    if (entry.state === 'delayed') this.#delayed.push({ entry, at: runAt });
    else this.#lane(entry.effect).waiting.push(entry);
  }

  /** Ends a job. Dead jobs, and their keys, stay until they are redriven or purged. */
  end(entry: Entry, state: 'completed' | 'dead' | 'cancelled'): void {
    entry.state = state;
    entry.token = '';
    entry.runAt = this.#now();
    if (state === 'dead') return;
    this.keys.end(entry);
    this.#ended.push(entry.id);
    if (this.#ended.length > KEPT_JOBS) this.jobs.delete(this.#ended.shift()!);
  }

  #lane(effect: string): Lane {
    return getOrCreate(this.#lanes, effect, createLane);
  }

  #leave(entry: Entry, change: () => void): void {
    this.#lane(entry.effect).active--;
    change();
    this.#onReady();
  }
}
