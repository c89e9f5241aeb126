import { afterAll } from 'vitest';
import { startPstest } from '../../../../test/servers/pstest.ts';
import { describeIf } from './only-if.ts';
import { describeTorture } from './torture/torture.ts';

const server = await startPstest();
if ('reason' in server) console.warn(`SKIPPED, the torture of the queue in Pub/Sub: ${server.reason}`);

describeIf('url' in server)('Pub/Sub', () => {
  if ('reason' in server) return;
  Object.assign(process.env, { PUBSUB_EMULATOR_HOST: server.url, METADATA_SERVER_DETECTION: 'none' });
  afterAll(() => server.stop());
  describeTorture('pubsub', {
    url: () => 'pubsub://my-project/torture',
    steps: false,
    keys: false,
    ordered: false,
    resends: true,
    part: 0.4,
  });
});
