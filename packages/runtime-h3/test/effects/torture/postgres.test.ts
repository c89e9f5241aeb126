import { afterAll } from 'vitest';
import { startPostgres } from '../../../../../test/servers/postgres.ts';
import { describeIf } from '../helpers/only-if.ts';
import { describeTorture } from '../helpers/torture/describe-torture.ts';

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
});
