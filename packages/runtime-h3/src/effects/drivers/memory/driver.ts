import type {
  ClaimRequest,
  JobFilter,
  JobRecord,
  JobState,
  Lease,
  NewJob,
  QueueDriver,
  QueueJob,
  QueueStats,
} from '../../../ports.ts';
import { getOrCreate } from '../../../collections/get-or-create.ts';
import type { QueueOpener } from '../queue-opener.ts';
import { Heap } from '../shared/heap.ts';

/** Milliseconds for which an idempotency key is remembered after its job ended. */
const KEY_MEMORY = 24 * 60 * 60 * 1000;
/** How many ended jobs stay visible. */
const KEPT_RECORDS = 1000;
/** Node's timers fire at once beyond this. */
const LONGEST_TIMER = 2 ** 31 - 1;
const ENDED: ReadonlySet<JobState> = new Set<JobState>(['completed', 'dead', 'cancelled']);

interface Entry extends NewJob {
  sequence: number;
  attempt: number;
  enqueuedAt: number;
  state: JobState;
  /** Of the lease that counts, else `''`. */
  token: string;
  leasedUntil: number;
  error?: string;
  result?: string;
  progress?: number;
  steps?: Record<string, string>;
}

interface Lane {
  /** By priority, then order. May hold entries that left since; `claim` skips them. */
  ready: Heap<Entry>;
  active: number;
}

export const open: QueueOpener = async () => createMemoryDriver();

/** Jobs in this process's memory: for tests, and where losing them with the process is fine. */
export function createMemoryDriver(now: () => number = Date.now): QueueDriver {
  const jobs = new Map<string, Entry>();
  const lanes = new Map<string, Lane>();
  const keys = new Map<string, { id: string; until: number }>();
  const later = new Heap<{ entry: Entry; at: number }>((a, b) => a.at < b.at);
  const leases = new Heap<{ entry: Entry; token: string; until: number }>(
    (a, b) => a.until < b.until,
  );
  const ended: string[] = [];
  const listeners = new Set<() => void>();
  let sequence = 0;
  let tokens = 0;
  let timer: NodeJS.Timeout | undefined;

  const lane = (effect: string): Lane =>
    getOrCreate(lanes, effect, () => ({
      ready: new Heap((a, b) =>
        a.priority === b.priority ? a.sequence < b.sequence : a.priority > b.priority,
      ),
      active: 0,
    }));

  const notify = (): void => {
    for (const listener of listeners) listener();
  };

  /** One timer, for whatever is due next. */
  const arm = (): void => {
    clearTimeout(timer);
    const next = Math.min(later.peek()?.at ?? Infinity, leases.peek()?.until ?? Infinity);
    if (next === Infinity || listeners.size === 0) return;
    timer = setTimeout(notify, Math.min(Math.max(0, next - now()), LONGEST_TIMER));
    timer.unref();
  };

  const place = (entry: Entry, runAt: number): void => {
    entry.runAt = runAt;
    entry.token = '';
    entry.state = runAt > now() ? 'delayed' : 'waiting';
    if (entry.state === 'delayed') later.push({ entry, at: runAt });
    else lane(entry.effect).ready.push(entry);
  };

  const wake = (): void => {
    const time = now();
    for (let due = later.peek(); due && due.at <= time; due = later.peek()) {
      later.pop();
      const { entry } = due;
      if (entry.state === 'delayed' && entry.runAt <= time) place(entry, entry.runAt);
    }
    for (let lease = leases.peek(); lease && lease.until <= time; lease = leases.peek()) {
      leases.pop();
      const { entry, token } = lease;
      if (entry.token !== token) continue;
      if (entry.leasedUntil > time) leases.push({ entry, token, until: entry.leasedUntil });
      else leave(entry, () => place(entry, entry.runAt));
    }
  };

  const leave = (entry: Entry, then: () => void): void => {
    lane(entry.effect).active--;
    then();
    notify();
    arm();
  };

  const end = (entry: Entry, state: JobState): void => {
    entry.state = state;
    entry.token = '';
    entry.runAt = now();
    const key =
      entry.idempotencyKey === undefined
        ? undefined
        : keys.get(`${entry.effect}\0${entry.idempotencyKey}`);
    if (key && state !== 'dead') key.until = now() + KEY_MEMORY;
    if (state === 'dead') return;
    ended.push(entry.id);
    if (ended.length > KEPT_RECORDS) jobs.delete(ended.shift()!);
  };

  const owned = (lease: Lease): Entry | undefined => {
    wake();
    const entry = jobs.get(lease.job.id);
    return entry?.state === 'active' && entry.token === lease.token ? entry : undefined;
  };

  const settle = async (lease: Lease, change: (entry: Entry) => void): Promise<boolean> => {
    const entry = owned(lease);
    if (entry) leave(entry, () => change(entry));
    return entry !== undefined;
  };

  const forgetKeys = (): void => {
    const time = now();
    for (const [key, { until }] of keys) if (until <= time) keys.delete(key);
  };
  const sweep = setInterval(forgetKeys, 60_000);
  sweep.unref();

  return {
    caps: { durable: false, shared: false, maxDelay: Infinity, keyMemory: Infinity, ordered: true },

    async enqueue(added: NewJob[]): Promise<string[]> {
      const ids = added.map((job) => {
        const key =
          job.idempotencyKey === undefined ? undefined : `${job.effect}\0${job.idempotencyKey}`;
        const known = key === undefined ? undefined : keys.get(key);
        if (known && known.until > now()) return known.id;
        if (key !== undefined) keys.set(key, { id: job.id, until: Infinity });
        const entry: Entry = {
          ...job,
          sequence: sequence++,
          attempt: 0,
          enqueuedAt: now(),
          state: 'waiting',
          token: '',
          leasedUntil: 0,
        };
        jobs.set(job.id, entry);
        place(entry, job.runAt);
        return job.id;
      });
      notify();
      arm();
      return ids;
    },

    async claim(requests: ClaimRequest[], milliseconds: number): Promise<Lease[]> {
      wake();
      const claimed: Lease[] = [];
      for (const { effect, count, limit = Infinity, exclusive } of requests) {
        const from = lane(effect);
        let room = Math.min(count, (exclusive ? 1 : limit) - from.active);
        while (room > 0) {
          const entry = from.ready.pop();
          if (!entry) break;
          if (entry.state !== 'waiting' || jobs.get(entry.id) !== entry) continue;
          room--;
          from.active++;
          entry.attempt++;
          entry.state = 'active';
          entry.token = String(++tokens);
          entry.leasedUntil = now() + milliseconds;
          leases.push({ entry, token: entry.token, until: entry.leasedUntil });
          claimed.push({ job: toJob(entry), token: entry.token });
        }
      }
      arm();
      return claimed;
    },

    async extend(lease: Lease, milliseconds: number): Promise<boolean> {
      const entry = owned(lease);
      if (entry) entry.leasedUntil = now() + milliseconds;
      return entry !== undefined;
    },

    async saveStep(lease: Lease, name: string, result: string): Promise<boolean> {
      const entry = owned(lease);
      if (entry) entry.steps = { ...entry.steps, [name]: result };
      return entry !== undefined;
    },

    async saveProgress(lease: Lease, progress: number): Promise<boolean> {
      const entry = owned(lease);
      if (entry) entry.progress = progress;
      return entry !== undefined;
    },

    ack: (lease, result) =>
      settle(lease, (entry) => {
        delete entry.steps;
        if (result !== undefined) entry.result = result;
        end(entry, 'completed');
      }),

    retry: (lease, runAt, error) =>
      settle(lease, (entry) => {
        entry.error = error;
        place(entry, runAt);
      }),

    dead: (lease, reason) =>
      settle(lease, (entry) => {
        entry.error = reason;
        end(entry, 'dead');
      }),

    async redrive(ids: string[]): Promise<number> {
      const found = ids
        .map((id) => jobs.get(id))
        .filter((entry): entry is Entry => entry?.state === 'dead');
      for (const entry of found) {
        entry.attempt = 0;
        delete entry.progress;
        place(entry, now());
      }
      notify();
      return found.length;
    },

    async cancel(ids: string[]): Promise<number> {
      const found = ids
        .map((id) => jobs.get(id))
        .filter(
          (entry): entry is Entry => entry?.state === 'waiting' || entry?.state === 'delayed',
        );
      for (const entry of found) end(entry, 'cancelled');
      return found.length;
    },

    async purge({ ids, effects, states }): Promise<number> {
      const gone = [...jobs.values()].filter(
        ({ id, effect, state }) =>
          ENDED.has(state) &&
          (!ids || ids.includes(id)) &&
          (!effects || effects.includes(effect)) &&
          (!states || states.includes(state)),
      );
      for (const { id, effect, idempotencyKey } of gone) {
        jobs.delete(id);
        // Its key is remembered on: who asks again for a purged job does not want another.
        const key = keys.get(`${effect}\0${idempotencyKey}`);
        if (key && key.until === Infinity) key.until = now() + KEY_MEMORY;
      }
      return gone.length;
    },

    async list({
      ids,
      effects,
      states,
      limit,
      cursor,
    }: JobFilter): Promise<{ jobs: JobRecord[]; next?: string }> {
      wake();
      const after = cursor === undefined ? -1 : Number(cursor);
      const page: Entry[] = [];
      for (const entry of jobs.values()) {
        if (entry.sequence <= after || (ids && !ids.includes(entry.id))) continue;
        if (
          (effects && !effects.includes(entry.effect)) ||
          (states && !states.includes(entry.state))
        )
          continue;
        if (page.length === limit)
          return { jobs: page.map(toRecord), next: String(page.at(-1)!.sequence) };
        page.push(entry);
      }
      return { jobs: page.map(toRecord) };
    },

    async stats(): Promise<QueueStats> {
      wake();
      const counts: QueueStats = { waiting: 0, delayed: 0, active: 0, dead: 0 };
      for (const { state } of jobs.values())
        if (state in counts) counts[state as keyof QueueStats]++;
      return counts;
    },

    onReady(callback: () => void): () => void {
      listeners.add(callback);
      arm();
      return () => listeners.delete(callback);
    },

    async close(): Promise<void> {
      clearTimeout(timer);
      clearInterval(sweep);
      listeners.clear();
    },
  };
}

function toJob(entry: Entry): QueueJob {
  const {
    id,
    effect,
    payload,
    attempt,
    priority,
    enqueuedAt,
    idempotencyKey,
    release,
    notBefore,
    steps,
  } = entry;
  const job: QueueJob = { id, effect, payload, attempt, priority, enqueuedAt, release };
  if (idempotencyKey !== undefined) job.idempotencyKey = idempotencyKey;
  if (notBefore !== undefined) job.notBefore = notBefore;
  if (steps) job.steps = steps;
  return job;
}

function toRecord(entry: Entry): JobRecord {
  const { state, runAt, error, result, progress } = entry;
  const record: JobRecord = { ...toJob(entry), state, runAt };
  if (error !== undefined) record.error = error;
  if (result !== undefined) record.result = result;
  if (progress !== undefined) record.progress = progress;
  return record;
}
