import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startMoto } from '../../../../../test/servers/moto.ts';
import { openReleaseStore } from '../../../src/releases/store/open-store.ts';
import { record } from '../helpers/records.ts';
import { conformsToReleaseStore } from '../helpers/store-conformance.ts';

const moto = await startMoto();
if ('reason' in moto)
  console.warn(`\n  !! The release store in S3 is NOT tested: ${moto.reason}\n`);

describe.skipIf('reason' in moto)('S3', () => {
  let count = 0;
  /** Each store is a folder of the bucket. */
  const fresh = async (): Promise<string> => `s3://releases/of-test/${count++}/`;

  beforeAll(async () => {
    process.env.AWS_ENDPOINT_URL = (moto as { url: string }).url;
    process.env.AWS_REGION = 'eu-central-1';
    process.env.AWS_ACCESS_KEY_ID = 'test';
    process.env.AWS_SECRET_ACCESS_KEY = 'test';
    const sdk = await import('@aws-sdk/client-s3');
    const client = new sdk.S3Client({ forcePathStyle: true });
    await client.send(
      new sdk.CreateBucketCommand({
        Bucket: 'releases',
        CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' },
      }),
    );
    client.destroy();
  });
  afterAll(async () => {
    if ('stop' in moto) await moto.stop();
  });

  conformsToReleaseStore(fresh, openReleaseStore);

  test('a missing bucket is an error, not an empty store', async () => {
    const store = await openReleaseStore('s3://no-such-bucket');
    await expect(store.list()).rejects.toThrow(/bucket/i);
    await expect(store.head()).rejects.toThrow(/bucket/i);
    await expect(store.create(record('1.0.0'))).rejects.toThrow(/bucket/i);
  });

  test('GATI_STORE_DAMAGED names a truncated head', async () => {
    const store = await openReleaseStore('s3://releases/cut-off');
    const sdk = await import('@aws-sdk/client-s3');
    const client = new sdk.S3Client({ forcePathStyle: true });
    const put = (Key: string, Body: string): Promise<unknown> =>
      client.send(new sdk.PutObjectCommand({ Bucket: 'releases', Key: `cut-off/${Key}`, Body }));
    await put('head.json', '{"current":"1.');
    await put('servers/a.json', '{"insta');
    expect(await store.head().catch((error: unknown) => error)).toMatchObject({
      code: 'GATI_STORE_DAMAGED',
      diagnostic: { message: expect.stringContaining('s3://releases/cut-off the file head.json') },
    });
    expect(await store.notes()).toEqual([]);
    client.destroy();
    await store.close();
  });

  test.each(['s3://', 's3://UPPER/x', 's3://user:secret@bucket/x', 's3://bucket/x?key=secret'])(
    'GATI_RELEASES rejects the address %s without printing its secret',
    async (url) => {
      const failure = await openReleaseStore(url).catch((error: Error) => error);
      expect(failure).toMatchObject({ code: 'GATI_RELEASES' });
      expect((failure as Error).message).not.toContain('secret');
    },
  );
});

test('GATI_RELEASES rejects an address without a driver', async () => {
  await expect(openReleaseStore('ftp://host/x')).rejects.toMatchObject({ code: 'GATI_RELEASES' });
});
