import type { Lease, QueueDriver } from '../../../ports.ts';
import { type Batch, createBatch } from '../shared/batch.ts';
import { BATCH_BYTES, ITEM_BYTES } from './batch-size.ts';
import type { Connection } from './connection.ts';
import { isOutage } from './errors.ts';
import { toMilliseconds, withoutNul } from './insert-jobs.ts';
import { STATE } from './states.ts';
import type { Statements } from './statements.ts';

type LeaseCalls = Required<
  Pick<QueueDriver, 'extend' | 'ack' | 'retry' | 'dead' | 'saveStep' | 'saveProgress'>
>;

interface Settlement {
  lease: Lease;
  state: number;
  runAt: number | null;
  result: string | null;
  error: string | null;
}

/** Creates the calls of a lease's holder. Simultaneous calls go in one statement. */
export function createLeaseCalls(
  connection: Connection,
  sql: Statements,
): LeaseCalls & { idle(): Promise<void> } {
  const batches: Batch<never, boolean>[] = [];
  const batch = <Item extends { lease: Lease }>(
    name: string,
    text: string,
    columns: (items: Item[]) => unknown[][],
    bytes: (item: Item) => number = () => 0,
  ): Batch<Item, boolean> => {
    const created = createBatch<Item, boolean>({
      limit: BATCH_BYTES,
      weigh: (item) => ITEM_BYTES + bytes(item),
      isOutage,
      async send(items) {
        // All processes use the same order, so that two statements can't deadlock.
        const sorted = items.toSorted((a, b) => toKey(a.lease)[0] - toKey(b.lease)[0]);
        const keys = sorted.map(({ lease }) => toKey(lease));
        const values = [
          keys.map(([seq]) => seq),
          keys.map(([, fence]) => fence),
          ...columns(sorted),
        ];
        const rows = await connection.retryable<{ seq: string; fence: string }>(
          text,
          values,
          `gati_${name}`,
        );
        const changed = new Set(rows.map(({ seq, fence }) => `${seq}.${fence}`));
        return items.map(({ lease }) => changed.has(lease.token));
      },
    });
    batches.push(created as Batch<never, boolean>);
    return created;
  };

  const settles = batch<Settlement>(
    'settle',
    sql.settle,
    (items) => [
      items.map(({ state }) => state),
      items.map(({ runAt }) => runAt),
      items.map(({ result }) => result),
      items.map(({ error }) => error),
    ],
    ({ result, error }) => (result?.length ?? 0) + (error?.length ?? 0),
  );
  const extensions = batch<{ lease: Lease; milliseconds: number }>(
    'extend',
    sql.extend,
    (items) => [items.map(({ milliseconds }) => Math.round(milliseconds))],
  );
  const progress = batch<{ lease: Lease; progress: number }>(
    'progress',
    sql.saveProgress,
    (items) => [items.map((item) => item.progress)],
  );

  const settle = (lease: Lease, state: number, more: Partial<Settlement> = {}): Promise<boolean> =>
    settles.add({ lease, state, runAt: null, result: null, error: null, ...more });

  return {
    ack: (lease, result) => settle(lease, STATE.completed, { result: result ?? null }),
    retry: (lease, runAt, error) =>
      settle(lease, runAt > Date.now() ? STATE.delayed : STATE.waiting, {
        runAt: toMilliseconds(runAt),
        error: withoutNul(error),
      }),
    dead: (lease, reason) => settle(lease, STATE.dead, { error: withoutNul(reason) }),
    extend: (lease, milliseconds) => extensions.add({ lease, milliseconds }),
    saveProgress: (lease, value) => progress.add({ lease, progress: value }),
    async saveStep(lease, name, result) {
      // Sends each step separately: one statement can change a row only once, and several steps of
      // a job may end together.
      const [seq, fence] = toKey(lease);
      const values = [[seq], [fence], [JSON.stringify({ [withoutNul(name)]: result })]];
      return (await connection.retryable(sql.saveSteps, values, 'gati_steps')).length === 1;
    },
    idle: async () => void (await Promise.all(batches.map((each) => each.idle()))),
  };
}

/** Parses a token: `SEQ.FENCE`. */
function toKey({ token }: Lease): [seq: number, fence: number] {
  const [seq, fence] = token.split('.');
  return [Number(seq), Number(fence)];
}
