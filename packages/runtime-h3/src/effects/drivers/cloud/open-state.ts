import { GatiError } from '@gati/contract';
import type { KeyStore } from './key-store.ts';

/** The store that `?state=…` names; `undefined`: none. @throws GatiError `GATI_EFFECTS`, `GATI_EFFECTS_PACKAGE`, `GATI_EFFECTS_STATE` */
export async function openState(parameters: URLSearchParams): Promise<KeyStore | undefined> {
  const url = parameters.get('state');
  if (url === null) return undefined;
  const store = await open(url);
  try {
    // Says at start what is wrong with the address or the rights.
    await store.read('start');
    return store;
  } catch (cause) {
    await store.close();
    throw new GatiError(
      {
        code: 'GATI_EFFECTS_STATE',
        level: 'error',
        message: `The store of idempotency keys ${url} can't be used: ${(cause as Error).name}: ${(cause as Error).message.split('\n')[0]}`,
        fix: 'Check that the bucket or container is there, and that objects may be read and written in it.',
      },
      { cause },
    );
  }
}

async function open(url: string): Promise<KeyStore> {
  const [, bucket, below] = /^s3:\/\/([a-z0-9][a-z0-9.-]*)(\/[\w./-]*)?$/.exec(url) ?? [];
  if (bucket !== undefined) return (await import('./key-store-s3.ts')).openS3Keys(bucket, toPrefix(below));
  const [, account, container, path] = /^azblob:\/\/([a-z0-9]{3,24})\/([a-z0-9-]{3,63})(\/[\w./-]*)?$/.exec(url) ?? [];
  if (account !== undefined) return (await import('./key-store-azblob.ts')).openBlobKeys(account, container!, toPrefix(path));
  throw new GatiError({
    code: 'GATI_EFFECTS',
    level: 'error',
    message: 'GATI_EFFECTS: what `state` names is no store for keys.',
    fix: 'Write ?state=s3://BUCKET/PREFIX or ?state=azblob://ACCOUNT/CONTAINER/PREFIX.',
  });
}

function toPrefix(path = ''): string {
  const parts = path.split('/').filter(Boolean);
  return parts.length === 0 ? '' : `${parts.join('/')}/`;
}
