import { getOrCreate } from '../../../collections/get-or-create.ts';
import type { Lease, NewJob, Pause, QueueDriver } from '../../../ports.ts';
import type { QueueOpener } from '../queue-opener.ts';
import { txError } from '../shared/tx-error.ts';
import type { Entry } from './entry.ts';
import { IdempotencyKeys } from './idempotency-keys.ts';
import { JobTable } from './job-table.ts';
import { countJobs, listJobs, purgeableJobs } from './list-jobs.ts';

/** Milliseconds between two removals of expired idempotency keys. */
const FORGET_INTERVAL = 60_000;
/** Longest delay of a timer in Node. Milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** `memory:`: jobs in this process's memory. */
export const open: QueueOpener = async () => createMemoryDriver();

/**
 * Creates a queue in this process's memory: for tests, and where jobs may be lost with the process.
 *
 * @param now returns epoch milliseconds
 */
export function createMemoryDriver(now: () => number = Date.now): QueueDriver {
  const listeners = new Set<() => void>();
  const pauses = new Map<string, Pause>();
  let timer: NodeJS.Timeout | undefined;

  const notify = (): void => {
    for (const listener of listeners) listener();
  };

  /** Sets the only timer to the time at which the next job becomes due. */
  const setTimer = (): void => {
    clearTimeout(timer);
    const next = table.nextDue();
    if (next === Infinity || listeners.size === 0) return;
    timer = setTimeout(notify, Math.min(Math.max(0, next - now()), LONGEST_TIMER));
    timer.unref();
  };

  const notifyAndSetTimer = (): void => {
    notify();
    setTimer();
  };

  const table = new JobTable(now, notifyAndSetTimer);
  const { jobs, keys } = table;
  const forgetting = setInterval(() => keys.forgetExpired(), FORGET_INTERVAL);
  forgetting.unref();

  const insert = (added: NewJob[]): string[] => {
    const ids = added.map((job) => table.add(job));
    notifyAndSetTimer();
    return ids;
  };

  const whileHeld = async (lease: Lease, change: (entry: Entry) => void): Promise<boolean> => {
    const entry = table.held(lease);
    if (entry) change(entry);
    return entry !== undefined;
  };
  /** Ids, by key, of the jobs that a transaction will add when it commits. */
  const uncommitted = new WeakMap<object, IdempotencyKeys>();
  /**
   * Inserts jobs when a transaction commits. Returns their ids. A job whose key exists already gets
   * the id of the earlier job. Concurrent transactions do not see each other's keys: the first to
   * commit wins.
   *
   * @throws {GatiError} GATI_EFFECTS_TX when `tx` is not a transaction of `gctx.db`
   */
  const insertAfterCommit = (added: NewJob[], tx: unknown): string[] => {
    runAfterCommit(tx, () => void insert(added));
    const own = getOrCreate(uncommitted, tx as object, () => new IdempotencyKeys(now));
    return added.map((job) => keys.find(job) ?? own.reserve(job) ?? job.id);
  };
  const settle = async (lease: Lease, change: (entry: Entry) => void): Promise<boolean> =>
    table.settle(lease, change);
  const find = (ids: string[], isWanted: (entry: Entry) => boolean): Entry[] =>
    ids.flatMap((id) => jobs.get(id) ?? []).filter(isWanted);

  return {
    caps: {
      durable: false,
      shared: false,
      maxDelay: Infinity,
      keyMemory: Infinity,
      ordered: true,
      tx: true,
    },

    enqueue: async (added, tx) => (tx === undefined ? insert(added) : insertAfterCommit(added, tx)),

    async claim(requests, lease) {
      table.updateDue();
      const claimed = requests.flatMap((request) => table.claim(request, lease));
      setTimer();
      return claimed;
    },

    extend: (lease, milliseconds) =>
      whileHeld(lease, (entry) => void (entry.leasedUntil = now() + milliseconds)),
    saveStep: (lease, name, result) =>
      whileHeld(lease, (entry) => void (entry.steps = { ...entry.steps, [name]: result })),
    saveProgress: (lease, progress) =>
      whileHeld(lease, (entry) => void (entry.progress = progress)),

    ack: (lease, result) =>
      settle(lease, (entry) => {
        delete entry.steps;
        if (result !== undefined) entry.result = result;
        table.end(entry, 'completed');
      }),

    retry: (lease, runAt, error) =>
      settle(lease, (entry) => {
        entry.error = error;
        table.place(entry, runAt);
      }),

    dead: (lease, reason) =>
      settle(lease, (entry) => {
        entry.error = reason;
        table.end(entry, 'dead');
      }),

    async redrive(ids) {
      const dead = find(ids, ({ state }) => state === 'dead');
      for (const entry of dead) {
        entry.attempt = 0;
        delete entry.progress;
        table.place(entry, now());
      }
      notify();
      return dead.length;
    },

    async cancel(ids) {
      const found = find(ids, ({ state }) => state === 'waiting' || state === 'delayed');
      for (const entry of found) table.end(entry, 'cancelled');
      return found.length;
    },

    async purge(filter) {
      const purged = purgeableJobs(jobs.values(), filter);
      for (const entry of purged) {
        jobs.delete(entry.id);
        keys.purge(entry);
      }
      return purged.length;
    },

    async list(filter) {
      table.updateDue();
      return listJobs(jobs.values(), filter);
    },

    async stats() {
      table.updateDue();
      return countJobs(jobs.values());
    },

    paused: async () => [...pauses].map(([effect, pause]) => ({ effect, ...pause })),

    async setPaused(effect, pause) {
      if (pause) pauses.set(effect, pause);
      else pauses.delete(effect);
      notify();
    },

    onReady(callback) {
      listeners.add(callback);
      setTimer();
      return () => listeners.delete(callback);
    },

    async close() {
      clearTimeout(timer);
      clearInterval(forgetting);
      listeners.clear();
    },
  };
}

/**
 * Runs `work` when a transaction of `gctx.db` has committed.
 *
 * @throws {GatiError} GATI_EFFECTS_TX when `tx` is not a transaction of `gctx.db`
 */
function runAfterCommit(tx: unknown, work: () => void): void {
  const { afterCommit } = (tx ?? {}) as { afterCommit?: (work: () => void) => void };
  if (afterCommit === undefined)
    throw txError(
      '`tx` is not a transaction of gctx.db',
      'Pass the `tx` of gctx.db.transaction().',
    );
  afterCommit(work);
}
