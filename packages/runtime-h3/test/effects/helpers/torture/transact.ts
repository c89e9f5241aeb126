// A process of the test of transactions. It writes orders and enqueues a job for each in one
// transaction, until it is killed.
import { createLazyDatabase } from '../../../../src/data/database.ts';
import { ALL_QUEUES } from '../../../../src/effects/drivers/all-queues.ts';
import { openQueue } from '../../../../src/effects/drivers/open.ts';

export interface TransactSetting {
  database: string;
  queue: string;
  /** Makes the ids of this process unique. */
  instance: number;
  /** Where the process kills itself, at the order with the number `order`. */
  point?: 'begun' | 'written' | 'enqueued' | 'committed';
  order: number;
}

const setting = JSON.parse(process.env.TRANSACT!) as TransactSetting;
const db = createLazyDatabase(setting.database, undefined);
const queue = await openQueue(setting.queue, ALL_QUEUES);

for (let n = 0; ; n++) {
  const kill = (point: TransactSetting['point']): void => {
    if (n === setting.order && point === setting.point) process.kill(process.pid, 'SIGKILL');
  };
  const id = `${setting.instance}-${n}`;
  await db.transaction(async (tx) => {
    kill('begun');
    await tx.sql`INSERT INTO orders (id) VALUES (${id})`;
    kill('written');
    await queue.enqueue(
      [{ id, effect: 'ship', payload: '{}', priority: 0, release: '1.0.0', runAt: Date.now() }],
      tx,
    );
    kill('enqueued');
  });
  kill('committed');
  process.send!(n);
}
