import { expect, test } from 'vitest';
import type { JobFilter, JobRecord } from '../../../../src/ports.ts';
import type { Bench } from './describe-driver.ts';
import { describeIf, testIf } from '../only-if.ts';

/** Tests drivers that can list their jobs. */
export function describeLooking({ driver, job, take, claim, has, now, wait }: Bench): void {
  const states = (jobs: JobRecord[]): string[] => jobs.map(({ state }) => state);

  describeIf(has('list'))('looking', () => {
    test('lists jobs by state and effect, page by page', async () => {
      const put = [
        job('a', { priority: 1 }),
        job('a'),
        job('a', { runAt: now() + 60_000 }),
        job('b'),
      ];
      await driver().enqueue(put);
      const [lease] = await take('b');
      await driver().dead(lease!, 'why');
      const first = await driver().list!({ effects: ['a'], limit: 2 });
      expect(first.jobs).toHaveLength(2);
      expect(first.next).toBeTypeOf('string');
      const second = await driver().list!({ effects: ['a'], limit: 2, cursor: first.next });
      expect(second.jobs).toHaveLength(1);
      expect(second.next).toBeUndefined();
      const all = [...first.jobs, ...second.jobs];
      expect(all.map(({ id }) => id).sort()).toEqual(
        put
          .slice(0, 3)
          .map(({ id }) => id)
          .sort(),
      );
      expect(states(all).sort()).toEqual(['delayed', 'waiting', 'waiting']);
      expect(all.find(({ state }) => state === 'delayed')!.runAt).toBe(put[2]!.runAt);
      expect((await driver().list!({ states: ['dead'], limit: 10 })).jobs).toMatchObject([
        { effect: 'b', state: 'dead', error: 'why' },
      ]);
      expect((await driver().list!({ states: ['waiting', 'dead'], limit: 10 })).jobs).toHaveLength(
        3,
      );
      expect(
        (await driver().list!({ states: ['active'], effects: ['a'], limit: 10 })).jobs,
      ).toEqual([]);
    });

    test('lists the newest jobs first, or the oldest, page by page', async () => {
      const ids: string[] = [];
      for (let n = 0; n < 5; n++) ids.push(...(await driver().enqueue([job(n === 3 ? 'b' : 'a')])));
      const pages = async (filter: Omit<JobFilter, 'limit'>): Promise<string[][]> => {
        const found: string[][] = [];
        for (let cursor: string | undefined; ;) {
          const page = await driver().list!({
            ...filter,
            limit: 2,
            ...(cursor !== undefined && { cursor }),
          });
          found.push(page.jobs.map(({ id }) => id));
          cursor = page.next;
          if (cursor === undefined) return found;
        }
      };
      const [a, b, c, d, e] = ids as [string, string, string, string, string];
      expect(await pages({ newestFirst: true })).toEqual([[e, d], [c, b], [a]]);
      expect(await pages({})).toEqual([[a, b], [c, d], [e]]);
      expect(await pages({ newestFirst: true, effects: ['a'] })).toEqual([
        [e, c],
        [b, a],
      ]);
      expect(await pages({ newestFirst: true, ids: [a, c, e] })).toEqual([[e, c], [a]]);
    });

    test('shows one job with its steps, progress, result and error', async () => {
      const put = job('a', { idempotencyKey: 'k', priority: 2 });
      await driver().enqueue([put, job('a')]);
      const [lease] = await take('a');
      if (has('saveProgress')) expect(await driver().saveProgress!(lease!, 40)).toBe(true);
      const { id, effect, payload, priority, release } = put;
      const shown = await driver().list!({ ids: [id], limit: 10 });
      expect(shown).toEqual({
        jobs: [
          expect.objectContaining({
            id,
            effect,
            payload,
            priority,
            release,
            state: 'active',
            attempt: 1,
          }),
        ],
      });
      if (has('saveProgress')) expect(shown.jobs[0]!.progress).toBe(40);
      await driver().ack(lease!, '{"sent":true}');
      expect((await driver().list!({ ids: [id], limit: 10 })).jobs).toMatchObject([
        { state: 'completed', result: '{"sent":true}' },
      ]);
      expect(await driver().list!({ ids: ['unknown'], limit: 10 })).toEqual({ jobs: [] });
    });

    testIf(has('due'))(
      'tells each effect that has due jobs, with the releases of the first',
      async () => {
        await driver().enqueue([
          job('a', { release: '1.0.0' }),
          job('a', { release: '1.0.0' }),
          job('b', { release: '2.0.0' }),
        ]);
        await driver().enqueue([job('b', { release: '1.5.0' })]);
        await driver().enqueue([
          job('c', { runAt: now() + 60_000 }),
          job('d', { runAt: now() + 50, release: '3.0.0' }),
        ]);
        const [done, held] = await take('a', 2);
        await driver().ack(done!);
        await wait(100);
        const due = async (): Promise<string[]> =>
          (await driver().due!()).map(({ effect, release }) => `${effect} ${release}`).sort();
        expect(await due()).toEqual(['b 1.5.0', 'b 2.0.0', 'd 3.0.0']);
        await driver().retry(held!, now(), 'why');
        expect(await due()).toEqual(['a 1.0.0', 'b 1.5.0', 'b 2.0.0', 'd 3.0.0']);
      },
    );

    testIf(has('purge'))('purges what ended and matches, nothing else', async () => {
      await driver().enqueue([job('a'), job('a'), job('b'), job('b')]);
      const [done] = await take('a');
      await driver().ack(done!);
      const [dead] = await take('b');
      await driver().dead(dead!, 'why');
      expect(await driver().purge!({ effects: ['b'], states: ['completed'] })).toBe(0);
      expect(await driver().purge!({ ids: [dead!.job.id] })).toBe(1);
      expect(await driver().purge!({})).toBe(1);
      expect(states((await driver().list!({ limit: 10 })).jobs)).toEqual(['waiting', 'waiting']);
      expect(await driver().redrive([dead!.job.id])).toBe(0);
      await take('a');
      await take('b');
    });
  });

  testIf(has('cancel'))('a cancelled job does not run', async () => {
    const [waiting, delayed, active] = [job('a'), job('a', { runAt: now() + 200 }), job('b')];
    await driver().enqueue([waiting, delayed, active]);
    const [lease] = await take('b');
    expect(await driver().cancel!([waiting.id, delayed.id, active.id, 'unknown'])).toBe(2);
    await wait(300);
    expect(await claim({ effect: 'a', count: 5 })).toEqual([]);
    expect(await driver().ack(lease!)).toBe(true);
    expect(await driver().stats()).toEqual({ waiting: 0, delayed: 0, active: 0, dead: 0 });
  });
}
