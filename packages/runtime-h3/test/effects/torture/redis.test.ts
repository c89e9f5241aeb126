import { afterAll } from 'vitest';
import { startRedis } from '../../../../../test/servers/redis.ts';
import { describeIf } from '../helpers/only-if.ts';
import { describeTorture } from '../helpers/torture/describe-torture.ts';

const server = await startRedis();
if ('reason' in server)
  console.warn(`SKIPPED, the torture of the queue in Redis: ${server.reason}`);

describeIf('url' in server)('Redis', () => {
  if ('reason' in server) return;
  afterAll(() => server.stop());
  describeTorture('redis', {
    url: () => server.url,
    steps: true,
    keys: true,
    disturb: () => server.restart(),
  });
});
