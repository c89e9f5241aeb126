import type { AuthClient } from 'google-auth-library';
import type { KeyStore } from './key-store.ts';
import { missingPackageError } from './missing-package.ts';

const SCOPE = 'https://www.googleapis.com/auth/devstorage.read_write';
const NETWORK =
  /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|TimeoutError|ERR_STREAM_PREMATURE_CLOSE)/;

/** Of one call that is answered with 429 or 5xx: an object takes about one write a second, and what comes faster may be told to wait. */
const RETRIES = 4;
/** Of one try. Milliseconds. */
const TIMEOUT = 10_000;

/** Keys as objects of a bucket in Google Cloud Storage. Credentials are found by the library; `STORAGE_EMULATOR_HOST` names another server, which gets none. */
export async function openGsKeys(bucket: string, prefix: string): Promise<KeyStore> {
  const auth = await importAuth();
  const emulator = process.env.STORAGE_EMULATOR_HOST;
  if (emulator)
    return createGsKeys(new auth.PassThroughClient(), toOrigin(emulator), bucket, prefix);
  const client = await new auth.GoogleAuth({ scopes: SCOPE }).getClient();
  return createGsKeys(client, 'https://storage.googleapis.com', bucket, prefix);
}

/**
 * Three calls of its JSON API, so the app needs no more than what Pub/Sub's SDK brings anyway; `@google-cloud/storage` brings 45 packages and another
 * version of that. Conditions: https://cloud.google.com/storage/docs/request-preconditions
 */
export function createGsKeys(
  client: AuthClient,
  origin: string,
  bucket: string,
  prefix: string,
): KeyStore {
  const call = <Answer>(
    method: 'GET' | 'POST',
    path: string,
    query: Record<string, string>,
    data?: string,
  ) => {
    const media = query.alt === 'media';
    return client.request<Answer>({
      method,
      url: `${origin}/${path}?${new URLSearchParams(query)}`,
      ...(data !== undefined && { data, headers: { 'content-type': 'application/json' } }),
      responseType: media ? 'text' : 'json',
      timeout: TIMEOUT,
      validateStatus: (status) =>
        (status >= 200 && status < 300) || (status === 404 && media) || status === 412,
      // Each of them may be sent twice: a condition that held before does not hold again, and who wrote it reads its own.
      retryConfig: {
        retry: RETRIES,
        noResponseRetries: 1,
        httpMethodsToRetry: ['GET', 'POST'],
        retryBackoff: (_, milliseconds) =>
          new Promise((resolve) => setTimeout(resolve, milliseconds * (0.5 + Math.random()))),
      },
    });
  };
  /** The generation that it has then; `undefined`: it was another one, 0 being none. */
  const write = async (
    name: string,
    text: string,
    generation: string,
  ): Promise<string | undefined> => {
    const query = { uploadType: 'media', name: prefix + name, ifGenerationMatch: generation };
    const { status, data } = await call<{ generation: string }>(
      'POST',
      `upload/storage/v1/b/${bucket}/o`,
      query,
      text,
    );
    return status === 412 ? undefined : data.generation;
  };
  return {
    create: (name, text) => write(name, text, '0'),
    async read(name) {
      const path = `storage/v1/b/${bucket}/o/${encodeURIComponent(prefix + name)}`;
      const { status, data, headers } = await call<string>('GET', path, { alt: 'media' });
      return status === 404 ? undefined : { text: data, tag: headers.get('x-goog-generation')! };
    },
    replace: async (name, text, tag) => (await write(name, text, tag)) !== undefined,
    // An object that is not there and one whose bucket is not there look alike; and who may not list is told 403 instead of 404.
    verify: async () =>
      void (await call('GET', `storage/v1/b/${bucket}/o`, { maxResults: '1', prefix })),
    isOutage,
    close: async () => {},
  };
}

function isOutage(error: unknown): boolean {
  const { code, status = 0 } = error as { code?: unknown; status?: number };
  return (
    (typeof code === 'string' && NETWORK.test(code)) ||
    status >= 500 ||
    status === 429 ||
    status === 408
  );
}

/** With or without `http://`, as Google's own libraries are told it. */
const toOrigin = (host: string): string =>
  (/^https?:\/\//.test(host) ? host : `http://${host}`).replace(/\/+$/, '');

async function importAuth(): Promise<typeof import('google-auth-library')> {
  // In a `try`, so that bundlers take a missing package for what it is: optional.
  try {
    return await import('google-auth-library');
  } catch (cause) {
    throw missingPackageError('A store of keys at gs://', 'google-auth-library', cause);
  }
}
