import { createObjects } from '../../../cloud/s3-objects.ts';
import { isOutage } from '../sqs/errors.ts';
import type { KeyStore } from './key-store.ts';
import { missingPackageError } from './missing-package.ts';

/** Keys as objects of a bucket. Credentials, region and endpoint are read by the SDK. */
export async function openS3Keys(bucket: string, prefix: string): Promise<KeyStore> {
  const sdk = await importSdk();
  const named = Boolean(process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL);
  const client = new sdk.S3Client({ forcePathStyle: named });
  const objects = createObjects(sdk, client, bucket);
  const bytes = (text: string): Uint8Array => Buffer.from(text);
  const read: KeyStore['read'] = async (name) => {
    const found = await objects.get(prefix + name);
    return found && { text: Buffer.from(found.bytes).toString(), tag: found.etag };
  };
  return {
    create: (name, text) => objects.put(prefix + name, bytes(text), { ifNoneMatch: '*' }),
    read,
    replace: async (name, text, tag) =>
      (await objects.put(prefix + name, bytes(text), { ifMatch: tag })) !== undefined,
    verify: async () => void (await read('start')),
    isOutage,
    close: async () => client.destroy(),
  };
}

async function importSdk(): Promise<typeof import('@aws-sdk/client-s3')> {
  // In a `try`, so that bundlers take a missing package for what it is: optional.
  try {
    return await import('@aws-sdk/client-s3');
  } catch (cause) {
    throw missingPackageError('A store of keys at s3://', '@aws-sdk/client-s3', cause);
  }
}
