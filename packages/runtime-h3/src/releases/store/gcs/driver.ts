import type { AuthClient } from 'google-auth-library';
import { createGcsObjects } from '../../../cloud/gcs-objects.ts';
import type { ReleaseStore } from '../../../ports.ts';
import { createBucketStore } from '../bucket-store.ts';
import { readBucketUrl } from '../bucket-url.ts';
import { storeError } from '../errors.ts';

const SCOPE = 'https://www.googleapis.com/auth/devstorage.read_write';

/**
 * Opens a release store in a bucket of Google Cloud Storage. The library finds the credentials. An
 * emulator in `STORAGE_EMULATOR_HOST` gets no credentials.
 */
export async function openGcsStore(url: string): Promise<ReleaseStore> {
  const { bucket, prefix, address } = readBucketUrl('gs', url);
  const auth = await importAuth();
  const emulator = process.env.STORAGE_EMULATOR_HOST;
  const client: AuthClient = emulator
    ? new auth.PassThroughClient()
    : await new auth.GoogleAuth({ scopes: SCOPE }).getClient();
  const origin = emulator ? toOrigin(emulator) : 'https://storage.googleapis.com';
  const objects = createGcsObjects(client, origin, bucket);
  return createBucketStore({ objects, address, prefix, close() {} });
}

/** Google's own libraries accept the host with or without `http://`. */
const toOrigin = (host: string): string =>
  (/^https?:\/\//.test(host) ? host : `http://${host}`).replace(/(?<!\/)\/+$/, '');

async function importAuth(): Promise<typeof import('google-auth-library')> {
  // Inside `try`, so that bundlers treat the package as optional.
  try {
    return await import('google-auth-library');
  } catch (cause) {
    throw storeError(
      'GATI_RELEASES',
      'A release store at gs:// needs the package google-auth-library, which is not installed.',
      'Add it to the app and build again: `npm install google-auth-library`.',
      cause,
    );
  }
}
