import { GatiError } from '@gati/contract';
import { createObjects } from '../../../releases/store/s3/objects.ts';
import type { KeyStore } from './key-store.ts';

/** Keys as objects of a bucket. Credentials, region and endpoint are read by the SDK. */
export async function openS3Keys(bucket: string, prefix: string): Promise<KeyStore> {
  const sdk = await importSdk();
  const named = Boolean(process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL);
  const client = new sdk.S3Client({ forcePathStyle: named });
  const objects = createObjects(sdk, client, bucket);
  const bytes = (text: string): Uint8Array => Buffer.from(text);
  return {
    create: (name, text) => objects.put(prefix + name, bytes(text), { ifNoneMatch: '*' }),
    async read(name) {
      const found = await objects.get(prefix + name);
      return found && { text: Buffer.from(found.bytes).toString(), tag: found.etag };
    },
    replace: async (name, text, tag) => (await objects.put(prefix + name, bytes(text), { ifMatch: tag })) !== undefined,
    close: async () => client.destroy(),
  };
}

async function importSdk(): Promise<typeof import('@aws-sdk/client-s3')> {
  // In a `try`, so that bundlers take a missing package for what it is: optional.
  try {
    return await import('@aws-sdk/client-s3');
  } catch (cause) {
    throw new GatiError(
      {
        code: 'GATI_EFFECTS_PACKAGE',
        level: 'error',
        message: 'Keys at s3:// need the package @aws-sdk/client-s3, which is not there.',
        fix: 'Add it to the app and build again: `npm install @aws-sdk/client-s3`.',
      },
      { cause },
    );
  }
}
