import { setTimeout as sleep } from 'node:timers/promises';
import type { AuthClient } from 'google-auth-library';
import type { KeyStore } from './key-store.ts';
import { missingPackageError } from './missing-package.ts';

const SCOPE = 'https://www.googleapis.com/auth/devstorage.read_write';
const NETWORK =
  /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|TimeoutError|ERR_STREAM_PREMATURE_CLOSE)/;

/**
 * Retries of a call that gets 429 or 5xx: an object accepts about one write a second, and faster
 * writes may be rejected.
 */
const RETRIES = 4;
/** Milliseconds per try. */
const TIMEOUT = 10_000;

/**
 * Opens a store of keys in a Google Cloud Storage bucket. The library finds the credentials. An
 * emulator in `STORAGE_EMULATOR_HOST` gets no credentials.
 */
export async function openGsKeys(bucket: string, prefix: string): Promise<KeyStore> {
  const auth = await importAuth();
  const emulator = process.env.STORAGE_EMULATOR_HOST;
  if (emulator)
    return createGsKeys(new auth.PassThroughClient(), toOrigin(emulator), bucket, prefix);
  const client = await new auth.GoogleAuth({ scopes: SCOPE }).getClient();
  return createGsKeys(client, 'https://storage.googleapis.com', bucket, prefix);
}

/**
 * Uses three calls of the JSON API with the library that the Pub/Sub SDK depends on.
 * `@google-cloud/storage` would add 45 packages and another version of that library.
 *
 * @see https://cloud.google.com/storage/docs/request-preconditions
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
      // A retry may send a write twice. The condition of the second write then fails, and the
      // caller reads its own entry.
      retryConfig: {
        retry: RETRIES,
        noResponseRetries: 1,
        httpMethodsToRetry: ['GET', 'POST'],
        retryBackoff: (_, milliseconds) => sleep(milliseconds * (0.5 + Math.random())),
      },
    });
  };
  /**
   * Writes an object if it has this generation; `'0'`: if it does not exist. Resolves to the new
   * generation, or to `undefined` if the condition did not hold.
   */
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
    // Lists the bucket. Reading an object would not do: it gives 404 for a missing object and for a
    // missing bucket, and 403 without the right to list.
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

/** Google's own libraries accept the host with or without `http://`. */
const toOrigin = (host: string): string =>
  (/^https?:\/\//.test(host) ? host : `http://${host}`).replace(/(?<!\/)\/+$/, '');

async function importAuth(): Promise<typeof import('google-auth-library')> {
  // The `try` makes bundlers treat a missing package as optional.
  try {
    return await import('google-auth-library');
  } catch (cause) {
    throw missingPackageError('A store of keys at gs://', 'google-auth-library', cause);
  }
}
