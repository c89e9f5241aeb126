import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startFauxqs } from '../../../../../../test/servers/fauxqs.ts';
import { startMoto } from '../../../../../../test/servers/moto.ts';
import { open as openSqs } from '../../../../src/effects/drivers/sqs/driver.ts';
import type { NewJob, QueueDriver } from '../../../../src/ports.ts';
import { describeDriver, pause } from '../../helpers/driver-suite/describe-driver.ts';

/** Queues from one emulator, buckets from the other: each is exact where the other is not. */
const servers = [await startFauxqs(), await startMoto()] as const;
const missing = servers.find((server) => 'reason' in server);
if (missing && 'reason' in missing)
  console.warn(`SKIPPED, keys of a queue in S3: ${missing.reason}`);

const settings = { onError: (error: Error) => console.error(error) };

describe.skipIf(missing)('SQS with its keys in S3', () => {
  const [queues, buckets] = servers;
  if ('reason' in queues || 'reason' in buckets) return;
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SQS: queues.url,
    AWS_ENDPOINT_URL_S3: buckets.url,
    AWS_REGION: 'eu-west-1',
  });
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
  beforeAll(async () => {
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
    await Promise.all(servers.map((server) => 'stop' in server && server.stop()));
  });

  let prefixes = 0;
  const another = (): Promise<QueueDriver> =>
    openSqs(`sqs:///t${prefixes}?state=s3://keys/t${prefixes}`, settings);
  const open = (): Promise<QueueDriver> => {
    prefixes++;
    return another();
  };

  describeDriver('SQS with keys', {
    caps: {
      durable: true,
      shared: true,
      maxDelay: 900_000,
      maxPayload: 1_048_576 - 4096,
      keyMemory: Infinity,
      ordered: false,
    },
    without: ['saveProgress', 'purge', 'list', 'due', 'cancel', 'paused'],
    open,
    another,
    wait: pause,
    now: Date.now,
  });

  test('a keyed job that is enqueued again until it is due is not lost', async () => {
    const driver = await open();
    const job: NewJob = {
      id: 'one',
      effect: 'a',
      payload: '{}',
      priority: 0,
      release: '1.0.0',
      runAt: Date.now(),
      idempotencyKey: 'k',
    };
    expect(await driver.enqueue([job])).toEqual(['one']);
    const take = async (): Promise<string[]> => {
      const leases = await driver.claim([{ effect: 'a', count: 5 }], 60_000);
      // The engine postpones a job like this: it enqueues the job again, then acknowledges this
      // message.
      for (const lease of leases) await driver.enqueue([{ ...lease.job, runAt: Date.now() }]);
      return leases.map(({ token }) => token);
    };
    const seen: string[] = [];
    await expect.poll(async () => seen.push(...(await take()))).toBeGreaterThan(2);
    await driver.close();
  });

  test('a missing bucket is an error at start', async () => {
    await expect(openSqs('sqs:///gati?state=s3://missing', settings)).rejects.toMatchObject({
      code: 'GATI_EFFECTS_STATE',
    });
    await expect(openSqs('sqs:///gati?state=ftp://missing', settings)).rejects.toMatchObject({
      code: 'GATI_EFFECTS',
    });
  });
});
