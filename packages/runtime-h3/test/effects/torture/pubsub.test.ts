import { afterAll } from 'vitest';
import { GCS_BUCKET, startFakeGcs } from '../../../../../test/servers/fake-gcs.ts';
import { startPstest } from '../../../../../test/servers/pstest.ts';
import { describeIf } from '../helpers/only-if.ts';
import { describeTorture } from '../helpers/torture/describe-torture.ts';

const [queues, objects] = [await startPstest(), await startFakeGcs()];
if ('reason' in queues)
  console.warn(`SKIPPED, the torture of the queue in Pub/Sub: ${queues.reason}`);
if ('reason' in objects)
  console.warn(`SKIPPED, keys in the torture of the queue in Pub/Sub: ${objects.reason}`);

describeIf('url' in queues)('Pub/Sub', () => {
  if ('reason' in queues) return;
  const keys = 'url' in objects;
  Object.assign(process.env, {
    PUBSUB_EMULATOR_HOST: queues.url,
    METADATA_SERVER_DETECTION: 'none',
  });
  if (keys) process.env.STORAGE_EMULATOR_HOST = objects.url;
  afterAll(async () => {
    await queues.stop();
    if (keys) await objects.stop();
  });
  describeTorture('pubsub', {
    url: () => `pubsub://my-project/torture${keys ? `?state=gs://${GCS_BUCKET}/torture` : ''}`,
    steps: false,
    keys,
    ordered: false,
    resends: true,
    part: 0.2,
  });
});
