import type { JobFilter, JobRecord, JobState, QueueDriver } from '../../../ports.ts';
import type { Connection } from './connection.ts';

const PAGE = 500;
const ENDED: JobState[] = ['completed', 'cancelled'];

type JobLists = Required<Pick<QueueDriver, 'list' | 'purge'>>;

/** Page by page through the jobs in the order in which they were put. */
export function createJobLists(connection: Connection, prefix: string): JobLists {
  const read = async (ids: string[]): Promise<JobRecord[]> => {
    const hashes = await connection.pipeline<string[]>(
      ids.map((id) => ['HGETALL', `${prefix}job:${id}`]),
    );
    const now = Date.now();
    return hashes.flatMap((flat, index) => {
      const hash = toHash(flat);
      return hash.state === undefined ? [] : [toRecord(ids[index]!, hash, now)];
    });
  };

  /** Ids of the next page, with their places. */
  const page = async (lists: string[], after: string): Promise<{ id: string; seq: number }[]> => {
    const parts = await connection.pipeline<string[]>(
      lists.map((list) => [
        'ZRANGEBYSCORE',
        prefix + list,
        `(${after}`,
        '+inf',
        'WITHSCORES',
        'LIMIT',
        0,
        PAGE,
      ]),
    );
    const found = parts.flatMap((flat) =>
      flat.flatMap((id, index) => (index % 2 === 0 ? [{ id, seq: Number(flat[index + 1]) }] : [])),
    );
    return found.sort((a, b) => a.seq - b.seq).slice(0, PAGE);
  };

  /** All that match, from a place on. */
  async function* walk(
    filter: Omit<JobFilter, 'limit'>,
  ): AsyncGenerator<{ record: JobRecord; seq: number }> {
    const { ids, states } = filter;
    const lists = listsOf(states);
    let after = filter.cursor ?? '-inf';
    for (;;) {
      const places = ids ? await placesOf(ids, after) : await page(lists, after);
      if (places.length === 0) return;
      const seqs = new Map(places.map(({ id, seq }) => [id, seq]));
      for (const record of await read(places.map(({ id }) => id))) {
        if (matches(record, filter)) yield { record, seq: seqs.get(record.id)! };
      }
      if (ids || places.length < PAGE) return;
      after = String(places.at(-1)!.seq);
    }
  }

  const placesOf = async (ids: string[], after: string): Promise<{ id: string; seq: number }[]> => {
    const seqs = await connection.pipeline<string | null>(
      ids.map((id) => ['HGET', `${prefix}job:${id}`, 'seq']),
    );
    const from = after === '-inf' ? -Infinity : Number(after);
    return ids
      .map((id, index) => ({ id, seq: Number(seqs[index] ?? NaN) }))
      .filter(({ seq }) => seq > from)
      .sort((a, b) => a.seq - b.seq);
  };

  return {
    async list({ limit, ...filter }) {
      const jobs: JobRecord[] = [];
      let last = 0;
      for await (const { record, seq } of walk(filter)) {
        if (jobs.length === limit) return { jobs, next: String(last) };
        jobs.push(record);
        last = seq;
      }
      return { jobs };
    },

    async purge({ states = ['completed', 'cancelled', 'dead'], ...filter }) {
      let count = 0;
      let ids: string[] = [];
      const flush = async (): Promise<void> => {
        if (ids.length > 0) count += await connection.run<number>('purge', ids);
        ids = [];
      };
      const purgeable = states.filter((state) => state === 'dead' || ENDED.includes(state));
      if (purgeable.length === 0) return 0;
      for await (const { record } of walk({ ...filter, states: purgeable }))
        if (ids.push(record.id) === PAGE) await flush();
      await flush();
      return count;
    },
  };
}

/** Those that hold all jobs of these states. */
function listsOf(states: JobState[] | undefined): string[] {
  if (!states?.every((state) => state === 'dead' || ENDED.includes(state))) return ['all'];
  return [
    ...(states.includes('dead') ? ['dead'] : []),
    ...(states.some((state) => ENDED.includes(state)) ? ['ended'] : []),
  ];
}

function matches(
  { effect, state }: JobRecord,
  { effects, states }: Omit<JobFilter, 'limit'>,
): boolean {
  return (!effects || effects.includes(effect)) && (!states || states.includes(state));
}

export function toHash(flat: string[]): Record<string, string | undefined> {
  return Object.fromEntries(
    flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1]!]] : [])),
  );
}

function toRecord(id: string, hash: Record<string, string | undefined>, now: number): JobRecord {
  const runAt = Number(hash.runAt);
  const state = hash.state as JobState;
  return {
    id,
    effect: hash.effect!,
    payload: hash.payload!,
    attempt: Number(hash.attempt),
    priority: Number(hash.priority),
    enqueuedAt: Number(hash.enqueuedAt),
    release: hash.release!,
    state: state === 'delayed' && runAt <= now ? 'waiting' : state,
    runAt,
    ...(hash.key && { idempotencyKey: hash.key.slice(1) }),
    ...(hash.error !== undefined && { error: hash.error }),
    ...(hash.result !== undefined && { result: hash.result }),
    ...(hash.progress !== undefined && { progress: Number(hash.progress) }),
  };
}
