import type { JobFilter, JobRecord, JobState, QueueDriver } from '../../../ports.ts';
import type { Connection } from './connection.ts';
import { toHash, toRecord } from './rows.ts';

/** Jobs per round trip. */
const PAGE = 500;
const ENDED: JobState[] = ['completed', 'cancelled'];

type JobLists = Required<Pick<QueueDriver, 'list' | 'purge'>>;

/** Creates the calls that list and purge jobs, page by page. */
export function createJobLists(connection: Connection, prefix: string): JobLists {
  const read = async (ids: string[]): Promise<JobRecord[]> => {
    const hashes = await connection.pipeline<string[] | undefined>(
      ids.map((id) => ['HGETALL', `${prefix}job:${id}`]),
    );
    const now = Date.now();
    return hashes.flatMap((flat, index) => {
      // `undefined`: the key is not a hash.
      const hash = flat === undefined ? {} : toHash(flat);
      return hash.state === undefined ? [] : [toRecord(ids[index]!, hash, now)];
    });
  };

  /** Reads the ids of the next page, with their positions in the order. */
  const readPage = async (
    lists: string[],
    after: string | undefined,
    newestFirst: boolean,
  ): Promise<{ id: string; seq: number }[]> => {
    const range = after === undefined ? (newestFirst ? '+inf' : '-inf') : `(${after}`;
    const parts = await connection.pipeline<string[]>(
      lists.map((list) => [
        newestFirst ? 'ZREVRANGEBYSCORE' : 'ZRANGEBYSCORE',
        prefix + list,
        range,
        newestFirst ? '-inf' : '+inf',
        'WITHSCORES',
        'LIMIT',
        0,
        PAGE,
      ]),
    );
    const found = parts.flatMap((flat) =>
      flat.flatMap((id, index) => (index % 2 === 0 ? [{ id, seq: Number(flat[index + 1]) }] : [])),
    );
    return inOrder(found, newestFirst).slice(0, PAGE);
  };

  /** Yields all jobs that match, after the cursor. */
  async function* matchingJobs(
    filter: Omit<JobFilter, 'limit'>,
  ): AsyncGenerator<{ record: JobRecord; seq: number }> {
    const { ids, states, newestFirst = false } = filter;
    const lists = listsOf(states);
    let after = filter.cursor;
    for (;;) {
      const page = ids
        ? await positionsOf(ids, after, newestFirst)
        : await readPage(lists, after, newestFirst);
      if (page.length === 0) return;
      const seqs = new Map(page.map(({ id, seq }) => [id, seq]));
      for (const record of await read(page.map(({ id }) => id))) {
        if (matches(record, filter)) yield { record, seq: seqs.get(record.id)! };
      }
      if (ids || page.length < PAGE) return;
      after = String(page.at(-1)!.seq);
    }
  }

  const positionsOf = async (
    ids: string[],
    after: string | undefined,
    newestFirst: boolean,
  ): Promise<{ id: string; seq: number }[]> => {
    const seqs = await connection.pipeline<string | null>(
      ids.map((id) => ['HGET', `${prefix}job:${id}`, 'seq']),
    );
    const found = ids
      .map((id, index) => ({ id, seq: Number(seqs[index] ?? NaN) }))
      .filter(({ seq }) =>
        after === undefined
          ? !Number.isNaN(seq)
          : newestFirst
            ? seq < Number(after)
            : seq > Number(after),
      );
    return inOrder(found, newestFirst);
  };

  return {
    async list({ limit, ...filter }) {
      const jobs: JobRecord[] = [];
      let last = 0;
      for await (const { record, seq } of matchingJobs(filter)) {
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
      for await (const { record } of matchingJobs({ ...filter, states: purgeable }))
        if (ids.push(record.id) === PAGE) await flush();
      await flush();
      return count;
    },
  };
}

function inOrder<Found extends { seq: number }>(found: Found[], newestFirst: boolean): Found[] {
  return found.sort((a, b) => (newestFirst ? b.seq - a.seq : a.seq - b.seq));
}

/** Returns the sorted sets that contain all jobs of these states. */
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
