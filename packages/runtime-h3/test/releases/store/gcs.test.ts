import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GCS_BUCKET, startFakeGcs } from '../../../../../test/servers/fake-gcs.ts';
import { openReleaseStore } from '../../../src/releases/store/open-store.ts';
import { record } from '../helpers/records.ts';
import { conformsToReleaseStore } from '../helpers/store-conformance.ts';

const gcs = await startFakeGcs();
if ('reason' in gcs)
  console.warn(`\n  !! The release store in Google Cloud Storage is NOT tested: ${gcs.reason}\n`);

describe.skipIf('reason' in gcs)('Google Cloud Storage', () => {
  let count = 0;
  /** Each store is a folder of the bucket. */
  const fresh = async (): Promise<string> => `gs://${GCS_BUCKET}/of-test/${count++}/`;

  beforeAll(() => {
    process.env.STORAGE_EMULATOR_HOST = (gcs as { url: string }).url;
  });
  afterAll(async () => {
    if ('stop' in gcs) await gcs.stop();
  });

  conformsToReleaseStore(fresh, openReleaseStore);

  test('a missing bucket is an error, not an empty store', async () => {
    const store = await openReleaseStore('gs://no-such-bucket');
    await expect(store.list()).rejects.toThrow(/bucket/i);
    await expect(store.head()).rejects.toThrow(/bucket/i);
    await expect(store.create(record('1.0.0'))).rejects.toThrow();
  });

  test.each(['gs://', 'gs://UPPER/x', 'gs://user:secret@bucket/x', 'gs://bucket/x?key=secret'])(
    'GATI_RELEASES rejects the address %s without printing its secret',
    async (url) => {
      const failure = await openReleaseStore(url).catch((error: Error) => error);
      expect(failure).toMatchObject({ code: 'GATI_RELEASES' });
      expect((failure as Error).message).not.toContain('secret');
    },
  );
});
