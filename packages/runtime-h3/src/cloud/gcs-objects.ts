import type { Readable } from 'node:stream';
import type { AuthClient } from 'google-auth-library';
import type { Objects } from './objects.ts';

/** Milliseconds of one try. */
const SHORT = 15_000;
const LONG = 300_000;
const RETRIES = 4;

interface Call {
  method: 'DELETE' | 'GET' | 'POST';
  /** Path and query. */
  path: string;
  data?: Uint8Array;
  /** Statuses of 400 or more that are not errors. */
  known: readonly number[];
  isStream?: boolean;
  timeout: number;
}

/**
 * Operations through the JSON API of Google Cloud Storage. The tag of an object is its generation.
 *
 * @see https://cloud.google.com/storage/docs/request-preconditions
 */
export function createGcsObjects(client: AuthClient, origin: string, bucket: string): Objects {
  const objects = `storage/v1/b/${bucket}/o`;
  let isFound = false;
  async function call<T>({ method, path, data, known, isStream, timeout }: Call) {
    const response = await client.request<T>({
      method,
      url: `${origin}/${path}`,
      ...(data && { data, headers: { 'content-type': 'application/octet-stream' } }),
      responseType: isStream ? 'stream' : 'json',
      timeout,
      validateStatus: (status) => (status >= 200 && status < 300) || known.includes(status),
      retryConfig: {
        retry: RETRIES,
        noResponseRetries: 2,
        httpMethodsToRetry: ['DELETE', 'GET', 'POST'],
      },
    });
    // A missing bucket gets the same status as a missing object.
    if (response.status === 404 && !isFound) {
      const url = `${origin}/${objects}?maxResults=1`;
      const { status } = await client.request({ url, timeout: SHORT, validateStatus: isKnown });
      if (status === 404) throw missingBucketError(bucket);
      isFound = true;
    }
    return response;
  }
  const pathOf = (key: string): string => `${objects}/${encodeURIComponent(key)}`;
  return {
    async get(key, most) {
      const path = `${pathOf(key)}?alt=media`;
      const options = { method: 'GET', path, known: [404], isStream: true, timeout: LONG } as const;
      const { status, data, headers } = await call<Readable>(options);
      if (status === 404) return void data.resume();
      return { bytes: await readBody(data, most), etag: headers.get('x-goog-generation') ?? '' };
    },
    async etag(key) {
      const path = `${pathOf(key)}?fields=generation`;
      const options = { method: 'GET', path, known: [404], timeout: SHORT } as const;
      const { status, data } = await call<{ generation: string }>(options);
      return status === 404 ? undefined : data.generation;
    },
    async put(key, data, { ifMatch, ifNoneMatch } = {}) {
      const generation = ifNoneMatch ? '0' : ifMatch;
      const query = new URLSearchParams({ uploadType: 'media', name: key });
      if (generation !== undefined) query.set('ifGenerationMatch', generation);
      const path = `upload/${objects}?${query.toString()}`;
      const options = { method: 'POST', path, data, known: [412], timeout: LONG } as const;
      const { status, data: stored } = await call<{ generation: string }>(options);
      return status === 412 ? undefined : stored.generation;
    },
    async remove(key) {
      await call({ method: 'DELETE', path: pathOf(key), known: [404], timeout: SHORT });
    },
    async *list(prefix) {
      let pageToken: string | undefined;
      do {
        const query = new URLSearchParams({
          prefix,
          fields: 'items(name,updated),nextPageToken',
          ...(pageToken !== undefined && { pageToken }),
        });
        const path = `${objects}?${query.toString()}`;
        const options = { method: 'GET', path, known: [404], timeout: SHORT } as const;
        const { status, data } = await call<{
          items?: { name: string; updated?: string }[];
          nextPageToken?: string;
        }>(options);
        if (status === 404) throw missingBucketError(bucket);
        for (const { name, updated = '' } of data.items ?? [])
          yield { key: name, written: Date.parse(updated) || 0 };
        pageToken = data.nextPageToken;
      } while (pageToken);
    },
  };
}

const isKnown = (status: number): boolean => (status >= 200 && status < 300) || status === 404;

const missingBucketError = (bucket: string): Error => new Error(`There is no bucket ${bucket}.`);

/** Reads at most `most` + 1 bytes. */
async function readBody(body: Readable, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > most) break;
  }
  return Buffer.concat(chunks).subarray(0, most + 1);
}
