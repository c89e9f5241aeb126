import type { ClaimRequest, Lease, NewJob, QueueDriver } from '../../../ports.ts';
import type { QueueOpener } from '../queue-opener.ts';
import { createBatch } from '../shared/batch.ts';
import { toPausedEffect } from '../shared/pauses.ts';
import { createOutageReporter } from '../shared/outage.ts';
import { retryWhileUnavailable } from '../shared/retry.ts';
import { unavailableError } from '../shared/unavailable.ts';
import { createReadySignal } from '../shared/ready-signal.ts';
import { parseAddress } from './address.ts';
import { type Connection, connect, type Run } from './connection.ts';
import { isOutage } from './errors.ts';
import { insertJobs } from './insert-jobs.ts';
import { createLeaseCalls } from './leases.ts';
import { createJobLists } from './list-jobs.ts';
import { migrate } from './migrate.ts';
import { type Row, toJob } from './rows.ts';
import { type Statements, statements } from './statements.ts';
import { startSweeper } from './sweeper.ts';
import { toQueryable } from './transaction.ts';

/** Longest time without a claim, in case a notification was lost. Milliseconds. */
const LONGEST_SILENCE = 5000;
/**
 * Longest time without a claim for effects with a limit. Milliseconds. Another process may have
 * made room without a notification.
 */
const LONGEST_LIMITED_SILENCE = 1000;
const BATCH_BYTES = 4_000_000;
const BATCH_JOBS = 1000;

/** Opens a queue in PostgreSQL: `postgres://user:password@host/database?schema=gati`. */
export const open: QueueOpener = async (url, settings) => {
  const { address, schema } = parseAddress(url);
  const outage = createOutageReporter(settings, (cause) =>
    unavailableError(
      'The queue in PostgreSQL does not respond',
      'Check that the server runs and can be reached.',
      cause,
    ),
  );
  /** Handles errors in the background. Reports an outage once, and any other error each time. */
  const onError = (error: Error): void =>
    isOutage(error) ? outage.failed(error) : settings.onError(error);
  const connection = connect(address, outage);
  try {
    await migrate(connection, schema);
  } catch (error) {
    await connection.close();
    throw error;
  }
  const sql = statements(schema);
  const channel = `${schema}.jobs`;
  /** Payload of this process's own notifications, which it ignores. */
  const processId = `${process.pid}.${Math.random().toString(36).slice(2)}`;
  const ready = createReadySignal();
  const { idle: leaseCallsIdle, ...leaseCalls } = createLeaseCalls(connection, sql);
  const jobLists = createJobLists(connection, schema);
  const stopSweeper = startSweeper(connection, sql.sweep, onError);
  const notifyOthers = createNotifier(() =>
    connection.query(sql.notify, [channel, processId]).catch(onError),
  );
  let unsubscribe: (() => Promise<void>) | undefined;

  /** Signals new jobs to this process directly, and to the others through the server. */
  const announce = (): void => {
    ready.fire();
    notifyOthers();
  };

  const enqueues = createBatch<NewJob[], string[]>({
    limit: BATCH_BYTES,
    weigh: (jobs) =>
      jobs.reduce((sum, { payload }) => sum + payload.length + BATCH_BYTES / BATCH_JOBS, 0),
    isOutage,
    async send(groups) {
      const ids = await retryWhileUnavailable(
        () => insertJobs(connection.once, sql, groups.flat()),
        isOutage,
      );
      announce();
      let start = 0;
      return groups.map((group) => ids.slice(start, (start += group.length)));
    },
  });

  const enqueueIn = async (tx: unknown, jobs: NewJob[]): Promise<string[]> => {
    const client = toQueryable(tx);
    const run: Run = async (text, values) => (await client.query(text, values)).rows as never[];
    const ids = await insertJobs(run, sql, jobs);
    // Delivered when the transaction commits, also to this process.
    await client.query(sql.notify, [channel, 'tx']);
    return ids;
  };

  const driver: QueueDriver = {
    caps: {
      durable: true,
      shared: true,
      maxDelay: Infinity,
      keyMemory: Infinity,
      ordered: true,
      tx: true,
    },
    ...leaseCalls,
    ...jobLists,

    async enqueue(jobs, tx) {
      if (jobs.length === 0) return [];
      try {
        return await (tx === undefined ? enqueues.add(jobs) : enqueueIn(tx, jobs));
      } catch (cause) {
        if (!isOutage(cause)) throw cause;
        throw unavailableError(
          'The queue in PostgreSQL does not respond, and the job was not enqueued',
          'Try again when the server is back.',
          cause,
        );
      }
    },

    async claim(requests, lease) {
      // All processes use the same order, since a limit takes a lock.
      const sorted = requests
        .filter(({ count }) => count > 0)
        .toSorted((a, b) => (a.effect < b.effect ? -1 : 1));
      if (sorted.length === 0) return [];
      const effects = sorted.map(({ effect }) => effect);
      const limits = sorted.map(limitOf);
      const counts = sorted.map(({ count }) => Math.min(count, BATCH_JOBS));
      // If the response is lost, the claimed jobs come back when their leases expire.
      const rows = await connection.retryable<Row>(
        sql.claim,
        [effects, counts, limits, Math.round(lease)],
        'gati_claim',
      );
      if (ready.listening && rows.length < counts.reduce((sum, count) => sum + count, 0)) {
        const isLimited = limits.some((limit) => limit > 0);
        void millisecondsUntilDue(connection, sql, effects, isLimited)
          .then(ready.fireWithin)
          .catch(onError);
      }
      rows.sort((a, b) => b.priority - a.priority || Number(a.seq) - Number(b.seq));
      return rows.map((row): Lease => ({ job: toJob(row), token: `${row.seq}.${row.fence}` }));
    },

    async paused() {
      const rows = await connection.retryable<{ effect: string; pause: string }>(
        `SELECT effect, pause FROM ${schema}.pauses`,
        [],
      );
      return rows.map(({ effect, pause }) => toPausedEffect(effect, pause));
    },

    async setPaused(effect, pause) {
      if (pause === undefined)
        await connection.retryable(`DELETE FROM ${schema}.pauses WHERE effect = $1`, [effect]);
      else
        await connection.retryable(
          `INSERT INTO ${schema}.pauses VALUES ($1, $2) ON CONFLICT (effect) DO UPDATE SET pause = excluded.pause`,
          [effect, JSON.stringify(pause)],
        );
      announce();
    },

    async redrive(ids) {
      const count = await jobLists.redrive(ids);
      if (count > 0) announce();
      return count;
    },

    onReady(callback) {
      const stop = ready.listen(callback);
      unsubscribe ??= connection.subscribe(channel, (from) => {
        if (from !== processId) ready.fire();
      });
      ready.fireWithin(1);
      return stop;
    },

    async close() {
      stopSweeper();
      ready.close();
      await unsubscribe?.();
      await Promise.all([enqueues.idle(), leaseCallsIdle()]);
      await connection.close();
    },
  };
  return driver;
};

/** Maximum number of active jobs of the effect; 0: no limit. */
const limitOf = ({ limit, exclusive }: ClaimRequest): number =>
  exclusive ? 1 : Number.isFinite(limit) ? limit! : 0;

/** Returns a function that calls `notify` once for all calls during a notification. */
function createNotifier(notify: () => Promise<unknown>): () => void {
  let notifying = false;
  let again = false;
  const run = async (): Promise<void> => {
    while (again) {
      again = false;
      await notify();
    }
    notifying = false;
  };
  return () => {
    again = true;
    if (notifying) return;
    notifying = true;
    void run();
  };
}

/** Resolves to the milliseconds until a job of these effects may become due. */
async function millisecondsUntilDue(
  connection: Connection,
  sql: Statements,
  effects: string[],
  isLimited: boolean,
): Promise<number> {
  const [row] = await connection.retryable<{ wait: string | null }>(
    sql.nextDue,
    [effects],
    'gati_next',
  );
  const wait = row!.wait === null ? Infinity : Number(row!.wait);
  return Math.min(wait, isLimited ? LONGEST_LIMITED_SILENCE : LONGEST_SILENCE);
}
