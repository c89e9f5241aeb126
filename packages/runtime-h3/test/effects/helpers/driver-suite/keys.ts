import { expect, test } from 'vitest';
import type { Bench } from './describe-driver.ts';
import { describeIf, testIf } from '../only-if.ts';

/** Tests drivers that store idempotency keys. */
export function describeKeys({ caps, driver, job, take, claim, has, now }: Bench): void {
  describeIf(caps.keyMemory > 0)('idempotency keys', () => {
    const keyed = { idempotencyKey: 'order-1' };

    test('a key makes one job, also in parallel calls and after the end of the job', async () => {
      const ids = (
        await Promise.all(Array.from({ length: 5 }, () => driver().enqueue([job('a', keyed)])))
      ).flat();
      expect(new Set(ids).size).toBe(1);
      const [lease] = await take('a');
      expect(lease!.job).toMatchObject({ id: ids[0], idempotencyKey: 'order-1' });
      expect(await claim({ effect: 'a', count: 5 })).toEqual([]);
      await driver().ack(lease!);
      expect(await driver().enqueue([job('a', keyed)])).toEqual([ids[0]]);
      expect(await claim({ effect: 'a', count: 5 })).toEqual([]);
    });

    test('a key makes one job within one call', async () => {
      const jobs = [job('a', keyed), job('a'), job('a', keyed)];
      const ids = await driver().enqueue(jobs);
      expect(ids).toEqual([jobs[0]!.id, jobs[1]!.id, jobs[0]!.id]);
      await take('a', 2);
      expect(await claim({ effect: 'a', count: 5 })).toEqual([]);
    });

    test('the same key makes one job for each effect', async () => {
      const ids = await driver().enqueue([job('a', keyed), job('b', keyed)]);
      expect(new Set(ids).size).toBe(2);
    });

    test('a key stays valid over retries and dead letters', async () => {
      const [id] = await driver().enqueue([job('a', keyed)]);
      const [first] = await take('a');
      await driver().retry(first!, now(), 'boom');
      expect(await driver().enqueue([job('a', keyed)])).toEqual([id]);
      const [second] = await take('a');
      await driver().dead(second!, 'boom');
      expect(await driver().enqueue([job('a', keyed)])).toEqual([id]);
      expect(await claim({ effect: 'a', count: 5 })).toEqual([]);
    });

    testIf(has('cancel') && has('purge'))('a key lasts over cancel and purge', async () => {
      const [id] = await driver().enqueue([job('a', keyed)]);
      await driver().cancel!([id!]);
      expect(await driver().enqueue([job('a', keyed)])).toEqual([id]);
      expect(await driver().purge!({})).toBe(1);
      expect(await driver().enqueue([job('a', keyed)])).toEqual([id]);
      expect(await claim({ effect: 'a', count: 5 })).toEqual([]);
    });
  });
}
