import { afterAll } from 'vitest';
import { startFauxqs } from '../../../../test/servers/fauxqs.ts';
import { describeIf } from './only-if.ts';
import { describeTorture } from './torture/torture.ts';

const server = await startFauxqs();
if ('reason' in server) console.warn(`SKIPPED, the torture of the queue in SQS: ${server.reason}`);

describeIf('url' in server)('SQS', () => {
  if ('reason' in server) return;
  Object.assign(process.env, { AWS_ENDPOINT_URL_SQS: server.url, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
  afterAll(() => server.stop());
  describeTorture('sqs', { url: () => 'sqs://eu-west-1/torture', steps: false, keys: false, ordered: false });
});
