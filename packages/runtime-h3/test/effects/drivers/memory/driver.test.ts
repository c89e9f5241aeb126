import { expect, test } from 'vitest';
import { createMemoryDriver } from '../../../../src/effects/drivers/memory/driver.ts';
import type { NewJob } from '../../../../src/ports.ts';
import { describeDriver } from '../../helpers/driver-suite/describe-driver.ts';

const job = (id: string): NewJob => ({
  id,
  effect: 'mail',
  payload: '1',
  priority: 0,
  release: '1.0.0',
  runAt: 0,
  idempotencyKey: 'k',
});

test('a key that a transaction uses twice returns the id of the job that it adds', async () => {
  const driver = createMemoryDriver();
  const commits: (() => void)[] = [];
  const tx = { afterCommit: (work: () => void) => void commits.push(work) };
  const ids = await driver.enqueue([job('a'), job('b')], tx);
  ids.push(...(await driver.enqueue([job('c')], tx)));
  for (const commit of commits) commit();
  expect(ids).toEqual(['a', 'a', 'a']);
  expect((await driver.list!({ limit: 10 })).jobs.map(({ id }) => id)).toEqual(['a']);
  await driver.close();
});

let time = 1_700_000_000_000;

describeDriver('memory', {
  without: ['due'],
  caps: {
    durable: false,
    shared: false,
    maxDelay: Infinity,
    keyMemory: Infinity,
    ordered: true,
    tx: true,
  },
  open: async () => createMemoryDriver(() => time),
  wait: async (milliseconds) => {
    time += milliseconds;
  },
  now: () => time,
});
