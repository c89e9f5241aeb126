import { afterEach, expect, test } from 'vitest';
import type { Lease, QueueDriver } from '../../../../src/ports.ts';
import type { Bench } from './describe-driver.ts';
import { describeIf, testIf } from '../only-if.ts';

/** Tests queues that outlive a process, and queues that several processes use at once. */
export function describeSharing(bench: Bench): void {
  const { caps, driver, job, take, claim, has, another } = bench;
  let other: QueueDriver | undefined;
  const open = async (): Promise<QueueDriver> => {
    if (!another) throw new Error('the harness of a durable or shared driver needs `another`');
    other = await another();
    return other;
  };
  afterEach(async () => {
    await other?.close();
    other = undefined;
  });

  describeIf(caps.durable)('durable', () => {
    test('jobs are still there after the queue is closed and opened again', async () => {
      const put = job('a', { payload: '"kept"' });
      await driver().enqueue([put]);
      await driver().close();
      const next = await open();
      const leases: Lease[] = [];
      await expect
        .poll(async () => leases.push(...(await claim({ effect: 'a', count: 1 }, undefined, next))))
        .toBeGreaterThan(0);
      expect(leases[0]!.job).toMatchObject({ id: put.id, payload: '"kept"' });
    });
  });

  describeIf(caps.shared)('shared', () => {
    testIf(has('paused'))(
      'a pause is seen by other processes, and kept for the next one',
      async () => {
        const two = await open();
        const pause = { by: 'Ada "x"', at: 5, reason: 'the bank is down' };
        await driver().setPaused!('a', pause);
        await driver().setPaused!('b', { by: 'Eve', at: 6 });
        await driver().setPaused!('b', { by: 'Bob', at: 7 });
        const paused = async (): Promise<unknown[]> =>
          (await two.paused!()).toSorted((x, y) => (x.effect < y.effect ? -1 : 1));
        await expect.poll(paused).toEqual([
          { effect: 'a', ...pause },
          { effect: 'b', by: 'Bob', at: 7 },
        ]);
        await two.setPaused!('a', undefined);
        await two.setPaused!('unknown', undefined);
        await expect.poll(async () => (await driver().paused!()).length).toBe(1);
        await two.setPaused!('b', undefined);
      },
    );

    test('two processes never claim the same job', async () => {
      const two = await open();
      const put = Array.from({ length: 100 }, () => job('a'));
      await Promise.all(put.map((one, at) => (at % 2 ? two : driver()).enqueue([one])));
      const given: string[] = [];
      const drainFrom = async (from: QueueDriver): Promise<void> => {
        const until = Date.now() + 15_000;
        while (given.length < put.length && Date.now() < until) {
          const leases = await claim({ effect: 'a', count: 3 }, undefined, from);
          given.push(...leases.map((lease) => lease.job.id));
          await Promise.all(leases.map((lease) => from.ack(lease)));
        }
      };
      await Promise.all([drainFrom(driver()), drainFrom(two)]);
      expect([...given].sort()).toEqual(put.map(({ id }) => id).sort());
    });

    test('any process can settle a job with a valid lease', async () => {
      const two = await open();
      await driver().enqueue([job('a')]);
      const [lease] = await take('a');
      expect(await two.extend(lease!, 60_000)).toBe(true);
      expect(await two.ack(lease!)).toBe(true);
      expect(await driver().ack(lease!)).toBe(false);
    });

    testIf(caps.ordered)(
      'exclusive effects and limits count in all processes together',
      async () => {
        const two = await open();
        await driver().enqueue([job('a'), job('a'), job('b'), job('b')]);
        expect(await claim({ effect: 'a', count: 1, exclusive: true })).toHaveLength(1);
        expect(await claim({ effect: 'a', count: 1, exclusive: true }, undefined, two)).toEqual([]);
        expect(await claim({ effect: 'b', count: 5, limit: 1 }, undefined, two)).toHaveLength(1);
        expect(await claim({ effect: 'b', count: 5, limit: 1 })).toEqual([]);
      },
    );

    testIf(caps.ordered)('two simultaneous claims of an exclusive effect get one job', async () => {
      const two = await open();
      await driver().enqueue(Array.from({ length: 10 }, () => job('a')));
      const request = { effect: 'a', count: 1, exclusive: true };
      for (let round = 0; round < 10; round++) {
        const [one, other] = await Promise.all([claim(request), claim(request, undefined, two)]);
        const leases = [...one, ...other];
        expect(leases).toHaveLength(1);
        expect(await driver().ack(leases[0]!)).toBe(true);
      }
    });

    testIf(caps.keyMemory > 0)(
      'a key makes one job when two processes enqueue it at the same time',
      async () => {
        const two = await open();
        for (let round = 0; round < 10; round++) {
          const keyed = { idempotencyKey: `k${round}` };
          const ids = await Promise.all([
            driver().enqueue([job('a', keyed)]),
            two.enqueue([job('a', keyed)]),
          ]);
          expect(new Set(ids.flat()).size).toBe(1);
        }
        await take('a', 10);
        expect(await claim({ effect: 'a', count: 5 })).toEqual([]);
      },
    );

    testIf(has('onReady'))('calls back when another process puts something', async () => {
      const two = await open();
      let calls = 0;
      driver().onReady!(() => calls++);
      await claim({ effect: 'a', count: 1 });
      await expect
        .poll(async () => {
          await two.enqueue([job('a')]);
          return calls;
        })
        .toBeGreaterThan(0);
    });
  });
}
