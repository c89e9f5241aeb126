import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll } from 'vitest';
import { startFauxqs } from '../../../../../test/servers/fauxqs.ts';
import { startMoto } from '../../../../../test/servers/moto.ts';
import { describeIf } from '../helpers/only-if.ts';
import { describeTorture } from '../helpers/torture/describe-torture.ts';

const [queues, buckets] = [await startFauxqs(), await startMoto()];
if ('reason' in queues) console.warn(`SKIPPED, the torture of the queue in SQS: ${queues.reason}`);
if ('reason' in buckets)
  console.warn(`SKIPPED, keys in the torture of the queue in SQS: ${buckets.reason}`);

describeIf('url' in queues)('SQS', () => {
  if ('reason' in queues) return;
  const keys = 'url' in buckets;
  Object.assign(process.env, { AWS_ENDPOINT_URL_SQS: queues.url, AWS_REGION: 'eu-west-1' });
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
  beforeAll(async () => {
    if (!keys) return;
    process.env.AWS_ENDPOINT_URL_S3 = buckets.url;
    const client = new S3Client({ forcePathStyle: true });
    await client.send(
      new CreateBucketCommand({
        Bucket: 'keys',
        CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
      }),
    );
    client.destroy();
  });
  afterAll(async () => {
    await queues.stop();
    if (keys) await buckets.stop();
  });
  describeTorture('sqs', {
    url: () => `sqs:///torture${keys ? '?state=s3://keys/torture' : ''}`,
    steps: false,
    keys,
    ordered: false,
    part: 0.2,
  });
});
