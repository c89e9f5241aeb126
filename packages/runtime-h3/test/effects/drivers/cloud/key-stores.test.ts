import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AZURITE_ACCOUNT, startAzurite } from '../../../../../../test/servers/azurite.ts';
import { GCS_BUCKET, startFakeGcs } from '../../../../../../test/servers/fake-gcs.ts';
import { startMoto } from '../../../../../../test/servers/moto.ts';
import { openKeyStore } from '../../../../src/effects/drivers/cloud/open-key-store.ts';
import type { KeyStore } from '../../../../src/effects/drivers/cloud/key-store.ts';

/** More than a client has connections, so that the calls really conflict. */
const WRITERS = 16;
const ROUNDS = 20;

const STORES = [
  {
    name: 'S3',
    server: await startMoto(),
    address: 's3://gati-keys/some/folder',
    missing: 's3://missing',
    async prepare(url: string) {
      Object.assign(process.env, {
        AWS_ENDPOINT_URL_S3: url,
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: 'a',
        AWS_SECRET_ACCESS_KEY: 'b',
      });
      const client = new S3Client({ forcePathStyle: true });
      await client.send(
        new CreateBucketCommand({
          Bucket: 'gati-keys',
          CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
        }),
      );
      client.destroy();
    },
  },
  {
    name: 'Google Cloud Storage',
    server: await startFakeGcs(),
    address: `gs://${GCS_BUCKET}/some/folder`,
    missing: 'gs://missing',
    prepare: async (url: string) => void (process.env.STORAGE_EMULATOR_HOST = url),
  },
  {
    name: 'Azure Blob Storage',
    server: await startAzurite(),
    address: `azblob://${AZURITE_ACCOUNT}/keys/some/folder`,
    missing: `azblob://${AZURITE_ACCOUNT}/missing`,
    async prepare(url: string) {
      process.env.AZURE_STORAGE_CONNECTION_STRING = url;
      await BlobServiceClient.fromConnectionString(url).getContainerClient('keys').create();
    },
  },
];

const openAt = (address: string): Promise<KeyStore | undefined> =>
  openKeyStore(new URLSearchParams({ state: address }));

describe.each(STORES)('keys in $name', ({ name, server, address, missing, prepare }) => {
  if ('reason' in server) {
    console.warn(`SKIPPED, keys in ${name}: ${server.reason}`);
    test.skip('the tests of this key store need its emulator', () => {});
    return;
  }
  let store: KeyStore;
  let other: KeyStore;
  beforeAll(async () => {
    await prepare(server.url);
    store = (await openAt(address))!;
    other = (await openAt(address))!;
  });
  afterAll(async () => {
    await Promise.all([store.close(), other.close()]);
    await server.stop();
  });

  const race = async <Answer>(
    write: (which: KeyStore, text: string) => Promise<Answer>,
  ): Promise<Answer[]> =>
    Promise.all(
      Array.from({ length: WRITERS }, (_, n) => write(n % 2 === 0 ? store : other, `writer ${n}`)),
    );

  test('one of many simultaneous creates succeeds, and all callers read its text', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const tags = await race((which, text) => which.create(`made-${round}`, text));
      const winners = tags.flatMap((tag, n) =>
        tag === undefined ? [] : [{ text: `writer ${n}`, tag }],
      );
      expect(winners).toHaveLength(1);
      expect(await other.read(`made-${round}`)).toEqual(winners[0]);
    }
  });

  test('one of many simultaneous replaces succeeds', async () => {
    const name = 'replaced';
    await store.create(name, 'first');
    for (let round = 0; round < ROUNDS; round++) {
      const { tag } = (await store.read(name))!;
      const done = await race((which, text) =>
        which.replace(name, `${text} of round ${round}`, tag),
      );
      expect(done.filter(Boolean)).toHaveLength(1);
      const after = (await other.read(name))!;
      expect(after.text).toBe(`writer ${done.indexOf(true)} of round ${round}`);
      expect(after.tag).not.toBe(tag);
    }
  });

  test('a missing text is not read, and is not replaced with an old tag', async () => {
    expect(await store.read('absent')).toBeUndefined();
    const tag = (await store.create('present', 'text'))!;
    expect(await store.replace('absent', 'text', tag)).toBe(false);
    expect(await store.read('absent')).toBeUndefined();
  });

  test('a text is read unchanged, and the prefix separates two stores', async () => {
    const text = JSON.stringify({ text: 'ünïcode \u0000 %2F + "' });
    await store.create('text', text);
    expect((await other.read('text'))!.text).toBe(text);
    const apart = (await openAt(`${address}-2`))!;
    expect(await apart.read('text')).toBeUndefined();
    await apart.close();
  });

  test('a missing bucket or container is an error at start', async () => {
    await expect(openAt(missing)).rejects.toMatchObject({
      code: 'GATI_EFFECTS_STATE',
      message: expect.stringContaining(missing),
    });
  });

  test('an unavailable server counts as an outage, and a store that is being opened waits for it', async () => {
    await server.halt();
    const error: unknown = await store.read('made-0').catch((cause: unknown) => cause);
    const opening = openAt(address);
    opening.catch(() => undefined);
    await server.restart();
    // The open call waits for the server. Some emulators lose the bucket in a restart, so the wait
    // may end with that error.
    const opened = await opening.catch((cause: unknown) => cause as { cause: unknown });
    if ('cause' in opened!) expect(store.isOutage(opened.cause)).toBe(false);
    else await opened!.close();
    expect(error).toBeInstanceOf(Error);
    expect(store.isOutage(error)).toBe(true);
    expect(store.isOutage(new TypeError('no function'))).toBe(false);
  });
});
