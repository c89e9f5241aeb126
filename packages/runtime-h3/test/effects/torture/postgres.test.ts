import { afterAll } from 'vitest';
import { createLazyDatabase } from '../../../src/data/database.ts';
import { startPostgres } from '../../../../../test/servers/postgres.ts';
import { describeIf } from '../helpers/only-if.ts';
import { describeTorture } from '../helpers/torture/describe-torture.ts';
import { describeTransactions } from '../helpers/torture/describe-transactions.ts';

const server = await startPostgres();
if ('reason' in server)
  console.warn(`SKIPPED, the torture of the queue in PostgreSQL: ${server.reason}`);

describeIf('url' in server)('PostgreSQL', () => {
  if ('reason' in server) return;
  afterAll(() => server.stop());
  describeTorture('postgres', {
    url: () => server.url,
    steps: true,
    keys: true,
    disturb: () => server.restart(),
  });
  describeTransactions('postgres', async () => {
    const db = createLazyDatabase(server.url, undefined);
    await db.exec('CREATE DATABASE transactions');
    await db.dispose();
    return { url: server.url.replace(/postgres$/, 'transactions'), jobs: 'gati.jobs' };
  });
});
