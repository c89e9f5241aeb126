import { createObjects } from '../../../cloud/s3-objects.ts';
import { isOutage } from '../sqs/errors.ts';
import { type KeyStore, MOST_KEY_BYTES } from './key-store.ts';
import { missingPackageError } from './missing-package.ts';

/** Opens a store of keys in an S3 bucket. The SDK reads credentials, region and endpoint. */
export async function openS3Keys(bucket: string, prefix: string): Promise<KeyStore> {
  const sdk = await importSdk();
  const hasEndpoint = Boolean(process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL);
  const client = new sdk.S3Client({ forcePathStyle: hasEndpoint });
  const objects = createObjects(sdk, client, bucket);
  const toBytes = (text: string): Uint8Array => Buffer.from(text);
  const read: KeyStore['read'] = async (name) => {
    const found = await objects.get(prefix + name, MOST_KEY_BYTES);
    return found && { text: Buffer.from(found.bytes).toString(), tag: found.etag };
  };
  return {
    create: (name, text) => objects.put(prefix + name, toBytes(text), { ifNoneMatch: '*' }),
    read,
    replace: async (name, text, tag) =>
      (await objects.put(prefix + name, toBytes(text), { ifMatch: tag })) !== undefined,
    verify: async () => void (await read('start')),
    isOutage,
    close: async () => client.destroy(),
  };
}

async function importSdk(): Promise<typeof import('@aws-sdk/client-s3')> {
  // The `try` makes bundlers treat a missing package as optional.
  try {
    return await import('@aws-sdk/client-s3');
  } catch (cause) {
    throw missingPackageError('A store of keys at s3://', '@aws-sdk/client-s3', cause);
  }
}
