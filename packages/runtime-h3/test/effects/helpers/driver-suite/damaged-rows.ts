import { randomUUID } from 'node:crypto';
import { eventually } from '@gati/test-kit/wait';
import { expect, test } from 'vitest';
import type { NewJob, QueueDriver } from '../../../../src/ports.ts';
import { openEngine } from '../engine-kit.ts';

export interface DamageHarness {
  /** Opens an empty queue. */
  open(): Promise<QueueDriver>;
  /** Runs `UPDATE jobs SET … WHERE id = …` on the table of the open queue. */
  damage(set: string, id: string): Promise<void>;
  /** More damage that only this database can store: name of the field, and SQL. */
  more?: [what: string, set: string][];
  /** Damage that a claim mends, so that the job runs. */
  mended?: [what: string, set: string][];
}

/** Damage of each field that decides about a claim: what is damaged, and SQL that damages it. */
const DAMAGES: [what: string, set: string][] = [
  ['payload that is not JSON', `payload = '{"to":'`],
  ['payload that is empty', `payload = ''`],
  ['state that does not exist', 'state = 9'],
  ['negative state', 'state = -3'],
  ['lease that never ends', 'state = 2, leased_until = NULL'],
  ['effect without a name', `effect = ''`],
  ['attempt that can not be increased', 'attempt = 2147483647'],
  ['negative attempt', 'attempt = -7'],
  ['time that no date has', 'state = 1, run_at = 9223372036854775807'],
  ['time before all dates', 'state = 1, run_at = -9223372036854775807'],
  ['time of its enqueue that no date has', 'enqueued_at = 9223372036854775807'],
];

/** Damage that does not stop a claim: the job runs, or dies, if no list comes before the claim. */
const CLAIMABLE = new Set([
  'attempt that can not be increased',
  'negative attempt',
  'time before all dates',
  'time of its enqueue that no date has',
]);

const newJob = (id: string): NewJob => ({
  id,
  effect: 'mail',
  payload: '1',
  priority: 0,
  release: '1.0.0',
  runAt: 0,
});

/**
 * Tests that a damaged row costs only itself: other jobs run, the list shows it as a dead letter with
 * the reason, and `purge` removes it.
 */
export function testDamagedRows({ open, damage, more = [], mended = [] }: DamageHarness): void {
  test.each(mended)('a job with a %s runs, and costs no other job', async (_what, set) => {
    const driver = await open();
    const ids = ['first', 'second'];
    await driver.enqueue(ids.map(newJob));
    await damage(set, ids[0]!);
    const { engine } = openEngine({ mail: { run: () => 1 } }, { driver });
    try {
      await eventually(async () =>
        expect((await driver.list!({ states: ['completed'], limit: 10 })).jobs).toHaveLength(2),
      );
    } finally {
      await engine.drain(0);
    }
  });

  test.each([...DAMAGES, ...more])(
    'a job with a %s costs no other job, is listed as damaged, and is purged',
    async (what, set) => {
      const driver = await open();
      const job = (): NewJob => newJob(randomUUID());
      // The damaged job is due first.
      const [damaged, ...others] = [job(), job(), job()];
      await driver.enqueue([damaged!, ...others]);
      await damage(set, damaged!.id);
      const states = async (): Promise<Record<string, string>> =>
        Object.fromEntries(
          (await driver.list!({ limit: 10 })).jobs.map(({ id, state }) => [id, state]),
        );
      if (CLAIMABLE.has(what)) await states();
      const { engine } = openEngine({ mail: { retry: { attempts: 1 }, run: () => 1 } }, { driver });
      try {
        await eventually(async () =>
          expect(await states()).toEqual({
            [damaged!.id]: 'dead',
            [others[0]!.id]: 'completed',
            [others[1]!.id]: 'completed',
          }),
        );
        const shown = await driver.list!({ ids: [damaged!.id], limit: 1 });
        expect(shown.jobs).toMatchObject([
          {
            state: 'dead',
            error: expect.stringMatching(/is damaged in the queue: its|GATI_EFFECT_DAMAGED/),
          },
        ]);
        expect((await driver.list!({ states: ['dead'], limit: 10 })).jobs).toHaveLength(1);
        expect(await driver.stats()).toEqual({ waiting: 0, delayed: 0, active: 0, dead: 1 });
        expect(await driver.purge!({ states: ['dead'] })).toBe(1);
        expect(Object.keys(await states())).toHaveLength(2);
        // The queue goes on after the damage.
        const next = job();
        await driver.enqueue([next]);
        await eventually(async () => expect((await states())[next.id]).toBe('completed'));
      } finally {
        await engine.drain(0);
      }
    },
  );

  test.each(DAMAGES.filter(([what]) => CLAIMABLE.has(what)))(
    'a job with a %s ends and costs no other job when a worker claims it first',
    async (_what, set) => {
      const driver = await open();
      const ids = [randomUUID(), randomUUID()];
      await driver.enqueue(ids.map(newJob));
      await damage(set, ids[0]!);
      const { engine } = openEngine({ mail: { retry: { attempts: 1 }, run: () => 1 } }, { driver });
      try {
        await eventually(async () => {
          expect(await driver.stats()).toMatchObject({ waiting: 0, delayed: 0, active: 0 });
        });
        expect((await driver.list!({ ids: [ids[1]!], limit: 1 })).jobs).toMatchObject([
          { state: 'completed' },
        ]);
      } finally {
        await engine.drain(0);
      }
    },
  );

  test('a damaged job that no worker claims is listed with its payload, and can be cancelled and purged', async () => {
    const driver = await open();
    const id = randomUUID();
    await driver.enqueue([newJob(id)]);
    await damage(`payload = '{"to":'`, id);
    expect((await driver.list!({ limit: 10 })).jobs).toMatchObject([{ id, payload: '{"to":' }]);
    expect(await driver.cancel!([id])).toBe(1);
    expect(await driver.purge!({})).toBe(1);
    await driver.close();
  });
}
