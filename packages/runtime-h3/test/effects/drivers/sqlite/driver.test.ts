import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { createLazyDatabase } from '../../../../src/data/database.ts';
import type { Transaction } from '../../../../src/types/data.ts';
import { CAPS, open } from '../../../../src/effects/drivers/sqlite/driver.ts';
import { openNative } from '../../../../src/data/native-sqlite.ts';
import { testDamagedRows } from '../../helpers/driver-suite/damaged-rows.ts';
import { describeDriver, pause } from '../../helpers/driver-suite/describe-driver.ts';

const folder = temporaryFolder('sqlite');
let count = 0;

const url = (): string => `sqlite:${join(folder, `${count}.db`)}`;

const openAnother = (): ReturnType<typeof open> => {
  count++;
  return open(url());
};

describeDriver('sqlite', {
  caps: CAPS,
  open: openAnother,
  another: () => open(url()),
  wait: pause,
  now: Date.now,
});

testDamagedRows({
  open: openAnother,
  async damage(set, id) {
    const db = openNative(join(folder, `${count}.db`), process.cwd());
    db.prepare(`UPDATE jobs SET ${set} WHERE id = ?`).run(id);
    db.close();
  },
  mended: [['priority of 64 bits', 'priority = 9223372036854775807']],
  more: [['attempt of 64 bits', 'attempt = 9223372036854775807']],
});

test('a job that is enqueued in a transaction of the same file exists once that commits', async () => {
  const queue = await openAnother();
  const db = createLazyDatabase(url(), undefined);
  const other = createLazyDatabase('sqlite::memory:', undefined);
  const enqueue = (tx: Transaction, id: string): Promise<string[]> =>
    queue.enqueue(
      [
        {
          id,
          effect: 'ship',
          payload: '{}',
          priority: 0,
          release: '1.0.0',
          runAt: Date.now(),
          idempotencyKey: 'order',
        },
      ],
      tx,
    );
  await expect(
    db.transaction(async (tx) => {
      expect(await enqueue(tx, 'first')).toEqual(['first']);
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(await queue.stats()).toMatchObject({ waiting: 0 });
  expect(await db.transaction((tx) => enqueue(tx, 'second'))).toEqual(['second']);
  // The key is that of the job that was committed.
  expect(await db.transaction((tx) => enqueue(tx, 'third'))).toEqual(['second']);
  expect(await queue.stats()).toMatchObject({ waiting: 1 });
  await expect(other.transaction((tx) => enqueue(tx, 'fourth'))).rejects.toMatchObject({
    code: 'GATI_EFFECTS_TX',
  });
  await Promise.all([queue.close(), db.dispose(), other.dispose()]);
});
