import { createObjects } from '../../../cloud/s3-objects.ts';
import type { ReleaseStore } from '../../../ports.ts';
import { createBucketStore } from '../bucket-store.ts';
import { readBucketUrl } from '../bucket-url.ts';
import { storeError } from '../errors.ts';

/**
 * Opens a release store in a bucket of S3. The SDK reads credentials, region and endpoint from
 * `AWS_REGION`, `AWS_ENDPOINT_URL` and so on.
 */
export async function openS3Store(url: string): Promise<ReleaseStore> {
  const { bucket, prefix, address } = readBucketUrl('s3', url);
  const sdk = await importSdk();
  // A custom endpoint rarely has a host name per bucket.
  const hasEndpoint = Boolean(process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL);
  const client = new sdk.S3Client({ forcePathStyle: hasEndpoint });
  const objects = createObjects(sdk, client, bucket);
  return createBucketStore({ objects, address, prefix, close: () => client.destroy() });
}

async function importSdk(): Promise<typeof import('@aws-sdk/client-s3')> {
  // Inside `try`, so that bundlers treat the package as optional.
  try {
    return await import('@aws-sdk/client-s3');
  } catch (cause) {
    throw storeError(
      'GATI_RELEASES',
      'A release store at s3:// needs the package @aws-sdk/client-s3, which is not installed.',
      'Add it to the app and build again: `npm install @aws-sdk/client-s3`.',
      cause,
    );
  }
}
