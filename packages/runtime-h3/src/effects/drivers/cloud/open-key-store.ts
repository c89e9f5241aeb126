import { GatiError, isGatiError } from '@gati/contract';
import { retryWhileUnavailable } from '../shared/retry.ts';
import type { KeyStore } from './key-store.ts';

/** The stores by address. Only the one that the address names is loaded. */
const STORES: {
  address: RegExp;
  open(place: string, path: string | undefined): Promise<KeyStore>;
}[] = [
  {
    address: /^s3:\/\/([a-z0-9][a-z0-9.-]*)(\/[\w./-]*)?$/,
    open: async (bucket, path) =>
      (await import('./key-store-s3.ts')).openS3Keys(bucket, toPrefix(path)),
  },
  {
    address: /^gs:\/\/([a-z0-9][a-z0-9._-]*)(\/[\w./-]*)?$/,
    open: async (bucket, path) =>
      (await import('./key-store-gs.ts')).openGsKeys(bucket, toPrefix(path)),
  },
  {
    address: /^azblob:\/\/([a-z0-9]{3,24}\/[a-z0-9-]{3,63})(\/[\w./-]*)?$/,
    async open(place, path) {
      const [account, container] = place.split('/') as [string, string];
      return (await import('./key-store-azblob.ts')).openBlobKeys(
        account,
        container,
        toPrefix(path),
      );
    },
  },
];

/**
 * Opens the store for idempotency keys that `?state=…` names. Resolves to `undefined` without that
 * parameter.
 *
 * @throws {GatiError} GATI_EFFECTS when the parameter does not name a store
 * @throws {GatiError} GATI_EFFECTS_PACKAGE when the app does not have the store's package
 * @throws {GatiError} GATI_EFFECTS_STATE when the store can't be used
 */
export async function openKeyStore(parameters: URLSearchParams): Promise<KeyStore | undefined> {
  const url = parameters.get('state');
  if (url === null) return undefined;
  const open = openerOf(url);
  let store: KeyStore | undefined;
  try {
    const opened = await open();
    store = opened;
    await retryWhileUnavailable(() => opened.verify(), opened.isOutage);
    return opened;
  } catch (cause) {
    await store?.close();
    if (isGatiError(cause)) throw cause;
    throw new GatiError(
      {
        code: 'GATI_EFFECTS_STATE',
        message: `The store of idempotency keys ${url} can't be used: ${(cause as Error).name}: ${(cause as Error).message.split('\n')[0]}`,
        fix: 'Check that the bucket or container exists and that the credentials may list, read and write its objects.',
      },
      { cause },
    );
  }
}

function openerOf(url: string): () => Promise<KeyStore> {
  for (const { address, open } of STORES) {
    const parts = address.exec(url);
    if (parts) return () => open(...(parts.slice(1) as [string, string]));
  }
  throw new GatiError({
    code: 'GATI_EFFECTS',
    message: 'GATI_EFFECTS: `state` does not name a store for keys.',
    fix: 'Write ?state=s3://BUCKET/PREFIX, ?state=gs://BUCKET/PREFIX or ?state=azblob://ACCOUNT/CONTAINER/PREFIX.',
  });
}

function toPrefix(path = ''): string {
  const parts = path.split('/').filter(Boolean);
  return parts.length === 0 ? '' : `${parts.join('/')}/`;
}
