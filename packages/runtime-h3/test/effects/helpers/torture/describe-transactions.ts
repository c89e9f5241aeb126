import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createLazyDatabase } from '../../../../src/data/database.ts';
import { ALL_QUEUES } from '../../../../src/effects/drivers/all-queues.ts';
import { openQueue } from '../../../../src/effects/drivers/open.ts';
import { bundleForNode } from '../../../helpers/bundle-for-node.ts';
import type { TransactSetting } from './transact.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
/** `GATI_TORTURE=20` kills 20 times as many processes. */
const SCALE = Number(process.env.GATI_TORTURE ?? 1) || 1;
const POINTS = ['written', 'enqueued', 'committed', 'begun'] as const;
/** Orders that a process commits before it is killed from outside, at most. */
const MOST_ORDERS = 25;
/** Processes at the same time. */
const TOGETHER = 2;

export interface TransactionHarness {
  /** Address of an empty database that has the queue too. */
  url: string;
  /** Name of the table of jobs. */
  jobs: string;
}

/** Declares a test that kills processes before, inside and after transactions that enqueue. */
export function describeTransactions(
  name: string,
  prepare: () => TransactionHarness | Promise<TransactionHarness>,
): void {
  test(`${name}: an order and its job exist both or neither, wherever the process is killed`, async () => {
    const { url, jobs } = await prepare();
    const db = createLazyDatabase(url, undefined);
    await db.exec('CREATE TABLE orders (id VARCHAR(40) PRIMARY KEY)');
    await (await openQueue(url, ALL_QUEUES)).close();
    await mkdir(here('../../../../../../node_modules/.cache/'), { recursive: true });
    const code = await mkdtemp(here('../../../../../../node_modules/.cache/gati-transact-'));
    try {
      await bundleForNode(here('transact.ts'), code, { packages: 'external' });
      const settings = Array.from(
        { length: Math.ceil(SCALE) * (POINTS.length + 2) },
        (_, instance): TransactSetting => {
          const point = POINTS[instance % (POINTS.length + 2)];
          const order = Math.floor(Math.random() * MOST_ORDERS);
          return { database: url, queue: url, instance, order, ...(point && { point }) };
        },
      );
      let committed = 0;
      const work = async (): Promise<void> => {
        for (let next = settings.pop(); next; next = settings.pop())
          committed += await run(join(code, 'transact.mjs'), next);
      };
      await Promise.all(Array.from({ length: TOGETHER }, work));
      // One statement: the server may still commit the last transaction of a killed client.
      const rows = await db
        .prepare(
          `SELECT id, 'order' AS kind FROM orders UNION ALL SELECT id, 'job' AS kind FROM ${jobs}`,
        )
        .all<{ id: string; kind: string }>();
      const idsOf = (wanted: string): string[] =>
        rows
          .filter(({ kind }) => kind === wanted)
          .map(({ id }) => id)
          .sort();
      const orders = idsOf('order');
      expect(idsOf('job')).toEqual(orders);
      // An acknowledged transaction is never lost.
      expect(orders.length).toBeGreaterThanOrEqual(committed);
    } finally {
      await db.dispose();
      await rm(code, { recursive: true, force: true });
    }
  });
}

/** Runs a process until it is killed. Returns the number of transactions that it has committed. */
function run(file: string, setting: TransactSetting): Promise<number> {
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, TRANSACT: JSON.stringify(setting) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  let committed = 0;
  child.on('message', (order: number) => {
    committed++;
    // Without a point, it is killed wherever it is then.
    if (setting.point === undefined && order >= setting.order) child.kill('SIGKILL');
  });
  return new Promise((resolve, reject) => {
    child.once('exit', (exitCode, signal) =>
      signal === 'SIGKILL'
        ? resolve(committed)
        : reject(new Error(`a process ended with ${exitCode} instead of being killed`)),
    );
  });
}
