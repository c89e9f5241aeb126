import { expect, test } from 'vitest';
import type { Bench } from './describe-driver.ts';
import { describeIf } from '../only-if.ts';

/** Tests drivers that keep order: priorities, exclusive effects, limits in all processes. */
export function describeOrder({
  caps,
  driver,
  job,
  take,
  claim,
  now,
  wait,
  lease: short = 1000,
}: Bench): void {
  describeIf(caps.ordered)('in order', () => {
    test('delivers the highest priority first, then in the order of enqueue', async () => {
      const jobs = [
        job('a'),
        job('a', { priority: 5 }),
        job('a', { priority: -1 }),
        job('a'),
        job('a', { priority: 5 }),
      ];
      await driver().enqueue(jobs);
      const claimed = await claim({ effect: 'a', count: 10 });
      expect(claimed.map((lease) => lease.job.id)).toEqual(
        [1, 4, 0, 3, 2].map((at) => jobs[at]!.id),
      );
    });

    test('delivers the jobs of several calls in the order of the calls', async () => {
      const jobs = Array.from({ length: 20 }, () => job('a'));
      for (const one of jobs) await driver().enqueue([one]);
      expect((await take('a', 20)).map((lease) => lease.job.id)).toEqual(jobs.map(({ id }) => id));
    });

    test('an exclusive effect has one active job and keeps its order over an immediate retry', async () => {
      const jobs = [job('a'), job('a'), job('b')];
      await driver().enqueue(jobs);
      const request = { effect: 'a', count: 5, exclusive: true };
      const [first, ...more] = await claim(request);
      expect(more).toEqual([]);
      expect(first!.job.id).toBe(jobs[0]!.id);
      expect(await claim(request)).toEqual([]);
      expect(await claim({ effect: 'b', count: 5, exclusive: true })).toHaveLength(1);
      await driver().retry(first!, now(), 'boom');
      const [again] = await claim(request);
      expect(again!.job).toMatchObject({ id: jobs[0]!.id, attempt: 2 });
      await driver().ack(again!);
      expect((await claim(request))[0]!.job.id).toBe(jobs[1]!.id);
    });

    test('a job whose lease expired comes before jobs that were enqueued later', async () => {
      const jobs = [job('a'), job('a')];
      await driver().enqueue(jobs);
      const request = { effect: 'a', count: 1, exclusive: true };
      await claim(request, short);
      await wait(short + 100);
      expect((await claim(request))[0]!.job).toMatchObject({ id: jobs[0]!.id, attempt: 2 });
    });

    test('a limit counts active jobs', async () => {
      await driver().enqueue(Array.from({ length: 6 }, () => job('a')));
      const request = { effect: 'a', count: 10, limit: 3 };
      const [first, ...rest] = await claim(request);
      expect(rest).toHaveLength(2);
      expect(await claim(request)).toEqual([]);
      await driver().ack(first!);
      expect(await claim(request)).toHaveLength(1);
      await driver().dead(rest[0]!, 'why');
      await driver().retry(rest[1]!, now() + 60_000, 'why');
      expect(await claim(request)).toHaveLength(2);
    });
  });
}
