import type { QueueOpener } from '../queue-opener.ts';
import { createOutageReporter } from '../shared/outage.ts';
import { unavailableError } from '../shared/unavailable.ts';
import { parseAddress } from './address.ts';
import { createClaim } from './claim.ts';
import { connect } from './connection.ts';
import { createEnqueue } from './enqueue.ts';
import { isOutage } from './errors.ts';
import { createLeaseCalls } from './leases.ts';
import { createJobLists } from './list-jobs.ts';
import { migrate } from './migrate.ts';
import { createNotifications } from './notifications.ts';
import { createPauseCalls } from './pauses.ts';
import { statements } from './statements.ts';
import { startSweeper } from './sweeper.ts';

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
  const notifications = createNotifications(connection, sql, schema, onError);
  const { idle: enqueueIdle, enqueue } = createEnqueue(connection, sql, notifications);
  const { idle: leaseCallsIdle, ...leaseCalls } = createLeaseCalls(connection, sql);
  const jobLists = createJobLists(connection, schema);
  const stopSweeper = startSweeper(connection, sql.sweep, onError);

  return {
    caps: {
      durable: true,
      shared: true,
      maxDelay: Infinity,
      keyMemory: Infinity,
      ordered: true,
      tx: true,
    },
    enqueue,
    claim: createClaim(connection, sql, notifications.ready, onError),
    ...leaseCalls,
    ...jobLists,
    ...createPauseCalls(connection, schema, notifications.announce),

    async redrive(ids) {
      const count = await jobLists.redrive(ids);
      if (count > 0) notifications.announce();
      return count;
    },

    onReady: notifications.listen,

    async close() {
      stopSweeper();
      await notifications.close();
      await Promise.all([enqueueIdle(), leaseCallsIdle()]);
      await connection.close();
    },
  };
};
