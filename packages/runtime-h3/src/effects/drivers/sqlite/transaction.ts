import type { NewJob } from '../../../ports.ts';
import type { Transaction } from '../../../types/data.ts';
import { txError } from '../shared/tx-error.ts';
import { FIND_KEY, INSERT, isValid, type KnownKey, PUT_KEY, toColumns } from './insert-job.ts';

/** A transaction of `gctx.db` in a SQLite file. */
interface FileTransaction extends Transaction {
  readonly file: string;
}

/**
 * Inserts jobs in a transaction of `gctx.db`. They exist once it commits.
 *
 * @param path absolute path of the queue
 * @throws {GatiError} GATI_EFFECTS_TX when the transaction is not one of this file
 */
export async function enqueueIn(tx: unknown, path: string, jobs: NewJob[]): Promise<string[]> {
  const transaction = toFileTransaction(tx, path);
  const ids: string[] = [];
  // One after the other: a key may occur twice.
  for (const job of jobs) ids.push(await insert(transaction, job));
  return ids;
}

async function insert(tx: Transaction, job: NewJob): Promise<string> {
  const now = Date.now();
  const { effect, idempotencyKey: key } = job;
  if (key !== undefined) {
    const known = await tx.prepare(FIND_KEY).get<KnownKey>(effect, key);
    if (known && isValid(known, now)) return known.id;
    await tx.prepare(PUT_KEY).run(effect, key, job.id);
  }
  await tx.prepare(INSERT).run(...toColumns(job, now));
  return job.id;
}

function toFileTransaction(tx: unknown, path: string): FileTransaction {
  const file = typeof tx === 'object' && tx !== null && 'file' in tx ? tx.file : undefined;
  if (file === path) return tx as FileTransaction;
  throw txError(
    `\`tx\` is not a transaction of the file with the queue`,
    'Pass the `tx` of gctx.db.transaction(), and set GATI_DATABASE and GATI_EFFECTS to the same file.',
  );
}
