import type { Lease, NewJob, QueueDriver } from '../../../ports.ts';
import type { QueueOpener } from '../queue-opener.ts';
import { createBatch } from '../shared/batch.ts';
import { createOutageReporter } from '../shared/outage.ts';
import { retryWhileUnavailable } from '../shared/retry.ts';
import { unavailableError } from '../shared/unavailable.ts';
import { createReadySignal } from '../shared/ready-signal.ts';
import { parseAddress } from './address.ts';
import { connect, isOutage, type Run } from './connection.ts';
import { createLeaseCalls } from './leases.ts';
import { insertJobs, KEY_MEMORY } from './insert-jobs.ts';
import { type Row, toJob } from './rows.ts';
import { createJobLists } from './list-jobs.ts';
import { migrate } from './migrate.ts';
import { toQueryable } from './transaction.ts';
import { statements } from './statements.ts';

const SWEEP = 60_000;
const SWEEP_BATCH = 5000;
/** How many completed jobs stay visible; those with a key stay for as long as the key does. */
const KEPT = 100_000;
/** Safety nets: a lost notification; a place that came free in another process. */
const LONGEST_SILENCE = 5000;
const LIMITED_SILENCE = 1000;
const BATCH_BYTES = 4_000_000;
const BATCH_JOBS = 1000;

/** Jobs in PostgreSQL: `postgres://user:password@host/database?schema=gati`. */
export const open: QueueOpener = async (url, settings) => {
  const { address, schema } = parseAddress(url);
  const outage = createOutageReporter(settings, (cause) =>
    unavailableError(
      'The queue in PostgreSQL does not respond',
      'Check that the server runs and can be reached.',
      cause,
    ),
  );
  /** In the background: what is not the connection's is told each time. */
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
  /** By which this process knows its own notifications. */
  const self = `${process.pid}.${Math.random().toString(36).slice(2)}`;
  const wake = createReadySignal();
  const holders = createLeaseCalls(connection, sql);
  const operations = createJobLists(connection, schema);
  let unsubscribe: (() => Promise<void>) | undefined;

  let announcing = false;
  let announceAgain = false;
  /** This process at once, the others by way of the server: one message for all that was put meanwhile. */
  const announce = (): void => {
    wake.fire();
    announceAgain = true;
    if (announcing) return;
    announcing = true;
    void (async () => {
      while (announceAgain) {
        announceAgain = false;
        await connection.query(sql.notify, [channel, self]).catch(onError);
      }
      announcing = false;
    })();
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
      let at = 0;
      return groups.map((group) => ids.slice(at, (at += group.length)));
    },
  });

  const sweep = async (): Promise<void> => {
    for (;;) {
      const [row] = (await connection.query(sql.sweep, [KEY_MEMORY, KEPT, SWEEP_BATCH])).rows as {
        gone: number;
      }[];
      if (row!.gone < SWEEP_BATCH) return;
    }
  };
  const sweeper = setInterval(() => void sweep().catch(onError), SWEEP);
  sweeper.unref();

  const watch = async (effects: string[], limited: boolean): Promise<void> => {
    const [row] = await connection.retryable<{ wait: string | null }>(
      sql.nextDue,
      [effects],
      'gati_next',
    );
    wake.fireWithin(
      Math.min(
        row!.wait === null ? Infinity : Number(row!.wait),
        limited ? LIMITED_SILENCE : LONGEST_SILENCE,
      ),
    );
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
    ...holders,
    ...operations,

    async enqueue(jobs, tx) {
      if (jobs.length === 0) return [];
      try {
        if (tx === undefined) return await enqueues.add(jobs);
        const client = toQueryable(tx);
        const run: Run = async (text, values) => (await client.query(text, values)).rows as never[];
        const ids = await insertJobs(run, sql, jobs);
        // Sent when the transaction commits, to this process too.
        await client.query(sql.notify, [channel, 'tx']);
        return ids;
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
      // In one order everywhere, since a limit is a lock.
      const sorted = requests
        .filter(({ count }) => count > 0)
        .toSorted((a, b) => (a.effect < b.effect ? -1 : 1));
      if (sorted.length === 0) return [];
      const effects = sorted.map(({ effect }) => effect);
      const limits = sorted.map(({ limit, exclusive }) =>
        exclusive ? 1 : Number.isFinite(limit) ? limit! : 0,
      );
      const counts = sorted.map(({ count }) => Math.min(count, BATCH_JOBS));
      // A claim whose answer is lost comes back when its lease runs out.
      const rows = await connection.retryable<Row>(
        sql.claim,
        [effects, counts, limits, Math.round(lease)],
        'gati_claim',
      );
      if (wake.listening && rows.length < counts.reduce((sum, count) => sum + count, 0)) {
        void watch(
          effects,
          limits.some((limit) => limit > 0),
        ).catch(onError);
      }
      rows.sort((a, b) => b.priority - a.priority || Number(a.seq) - Number(b.seq));
      return rows.map((row): Lease => ({ job: toJob(row), token: `${row.seq}.${row.fence}` }));
    },

    async redrive(ids) {
      const count = await operations.redrive(ids);
      if (count > 0) announce();
      return count;
    },

    onReady(callback) {
      const stop = wake.listen(callback);
      unsubscribe ??= connection.subscribe(channel, (from) => {
        if (from !== self) wake.fire();
      });
      wake.fireWithin(1);
      return stop;
    },

    async close() {
      clearInterval(sweeper);
      wake.close();
      await unsubscribe?.();
      await Promise.all([enqueues.idle(), holders.idle()]);
      await connection.close();
    },
  };
  return driver;
};
