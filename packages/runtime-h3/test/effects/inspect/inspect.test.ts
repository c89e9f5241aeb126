import { expect, test } from 'vitest';
import { open } from '../../../src/effects/drivers/memory/driver.ts';
import {
  causeOf,
  enqueueExtraJob,
  groupDeadJobs,
  nextRuns,
  type QueueDriver,
  redriveInStages,
} from '../../../src/effects/inspect/index.ts';
import { eventually } from '@gati/test-kit/wait';

const LEASE = 60_000;

/** Enqueues jobs and makes each of them a dead letter with the reason of its number. */
async function addDead(
  queue: QueueDriver,
  effect: string,
  count: number,
  reason: (index: number) => string,
): Promise<void> {
  const now = Date.now();
  await queue.enqueue(
    Array.from({ length: count }, (_, index) => ({
      id: `${effect}-${index}`,
      effect,
      payload: '{}',
      priority: 0,
      release: index % 2 === 0 ? '1.0.0' : '1.1.0',
      runAt: now,
    })),
  );
  const leases = await queue.claim([{ effect, count }], LEASE);
  for (const [index, lease] of leases.entries()) await queue.dead(lease, reason(index));
}

test('500 dead letters of one cause in three effects are one group', async () => {
  const queue = await open('memory:', { onError: () => {} });
  for (const [effect, count] of [
    ['mail', 300],
    ['invoice', 150],
    ['ledger', 50],
  ] as const)
    await addDead(
      queue,
      effect,
      count,
      (index) =>
        `Error: connect ECONNREFUSED 10.0.0.${index}:25\n    at run (${effect}.ts:${index})`,
    );
  await addDead(queue, 'other', 3, (index) => `TypeError: no such account "a${index}"`);
  const { groups, isCut } = await groupDeadJobs(queue);
  expect(isCut).toBe(false);
  expect(groups.map(({ cause, count }) => [cause, count])).toEqual([
    ['Error: connect ECONNREFUSED …', 500],
    ['TypeError: no such account …', 3],
  ]);
  expect(groups[0]).toMatchObject({
    effects: { mail: 300, invoice: 150, ledger: 50 },
    releases: { '1.0.0': 250, '1.1.0': 250 },
  });
  await queue.close();
});

test('the cause of an error leaves out ids, numbers and quoted values', () => {
  expect(causeOf('Error: order 0191e0a4-7c5e-7000 of user_7 failed after 12ms').cause).toBe(
    'Error: order … of … failed after …',
  );
  expect(causeOf('Error: a').id).not.toBe(causeOf('Error: b').id);
});

test('a redrive in stages goes from one to ten to all', async () => {
  const queue = await open('memory:', { onError: () => {} });
  await addDead(queue, 'mail', 40, () => 'Error: away');
  const seen: number[] = [];
  const done = redriveInStages(queue, {
    interval: 1,
    onProgress: ({ redriven }) => seen.push(redriven),
  });
  const worker = setInterval(() => {
    void queue
      .claim([{ effect: 'mail', count: 40 }], LEASE)
      .then((leases) => Promise.all(leases.map((lease) => queue.ack(lease))));
  }, 1);
  expect(await done).toEqual({ total: 40, redriven: 40, completed: 11 });
  clearInterval(worker);
  expect([...new Set(seen)]).toEqual([0, 1, 11, 40]);
  await queue.close();
});

test('a redrive in stages stops at the first attempt that fails', async () => {
  const queue = await open('memory:', { onError: () => {} });
  await addDead(queue, 'mail', 40, () => 'Error: away');
  const done = redriveInStages(queue, { interval: 1 });
  await eventually(async () => {
    const [lease] = await queue.claim([{ effect: 'mail', count: 1 }], LEASE);
    expect(lease).toBeDefined();
    await queue.retry(lease!, Date.now() + 60_000, 'Error: still away');
  });
  const result = await done;
  expect(result).toMatchObject({ total: 40, redriven: 1, completed: 0 });
  expect(result.failedJob).toMatch(/^mail-/);
  expect((await queue.stats())?.dead).toBe(39);
  await queue.close();
});

test('a job that is enqueued by hand is checked against the schema of its effect', async () => {
  const queue = await open('memory:', { onError: () => {} });
  const schema = {
    type: 'object' as const,
    properties: { to: { type: 'string' as const } },
    required: ['to'],
  };
  const job = { effect: 'mail', release: '1.0.0', schema };
  await expect(enqueueExtraJob(queue, { ...job, payload: {} })).rejects.toMatchObject({
    code: 'GATI_EFFECT_PAYLOAD',
  });
  const id = await enqueueExtraJob(queue, { ...job, payload: { to: 'ann' } });
  const { jobs } = await queue.list!({ ids: [id], limit: 1 });
  expect(jobs).toMatchObject([{ effect: 'mail', payload: '{"to":"ann"}', state: 'waiting' }]);
  await queue.close();
});

test('the next runs of a schedule are in its time zone; an unreadable one has none', () => {
  const from = Date.UTC(2026, 10, 30, 12);
  expect(nextRuns('0 6 * * *', 'Europe/Berlin', { from, count: 2 })).toEqual([
    Date.UTC(2026, 11, 1, 5),
    Date.UTC(2026, 11, 2, 5),
  ]);
  expect(nextRuns('every day', undefined, { from, count: 2 })).toEqual([]);
});
