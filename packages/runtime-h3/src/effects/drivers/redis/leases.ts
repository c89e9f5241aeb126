import type { QueueDriver } from '../../../ports.ts';
import { type Batch, createBatch } from '../shared/batch.ts';
import type { Connection } from './connection.ts';
import { isOutage } from './errors.ts';
import { toMilliseconds } from './rows.ts';
import { BATCH_BYTES, ITEM_BYTES } from './batch-size.ts';

type LeaseCalls = Required<
  Pick<QueueDriver, 'extend' | 'ack' | 'retry' | 'dead' | 'saveStep' | 'saveProgress'>
>;

/** Creates the calls of a lease's holder. Simultaneous calls go in one script. */
export function createLeaseCalls(connection: Connection): LeaseCalls & { idle(): Promise<void> } {
  /** Items have five arguments, of which the first two are job id and fencing token. */
  const batch = (script: 'settle' | 'update'): Batch<(string | number)[], boolean> =>
    createBatch({
      limit: BATCH_BYTES,
      weigh: (args) => ITEM_BYTES + String(args.at(-1)).length,
      isOutage,
      send: async (items) =>
        (await connection.run<number[]>(script, items.flat())).map((held) => held === 1),
    });
  const settles = batch('settle');
  const updates = batch('update');

  return {
    extend: ({ job, token }, milliseconds) =>
      updates.add([job.id, token, 'extend', Math.round(milliseconds), '']),
    saveProgress: ({ job, token }, progress) =>
      updates.add([job.id, token, 'progress', progress, '']),
    saveStep: ({ job, token }, name, result) => updates.add([job.id, token, 'step', name, result]),
    ack: ({ job, token }, result = '') => settles.add([job.id, token, 'completed', 0, result]),
    dead: ({ job, token }, reason) => settles.add([job.id, token, 'dead', 0, reason]),
    retry: ({ job, token }, runAt, error) =>
      settles.add([
        job.id,
        token,
        runAt > Date.now() ? 'delayed' : 'waiting',
        toMilliseconds(runAt),
        error,
      ]),
    idle: async () => void (await Promise.all([settles.idle(), updates.idle()])),
  };
}
