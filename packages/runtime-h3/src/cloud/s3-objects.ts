import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import type { Objects } from './objects.ts';

/** Maximum number of attempts of a write that conflicts with others. */
const ATTEMPTS = 10;

/** Maximum milliseconds of a read without a byte, retries of the SDK included. */
const LONGEST_SILENCE = 15_000;
/** Maximum milliseconds for one read, even if bytes keep arriving. */
const LONGEST_READ = 300_000;
/** Maximum milliseconds of one write. */
const LONGEST_WRITE = 300_000;

type Sdk = typeof import('@aws-sdk/client-s3');

export function createObjects(sdk: Sdk, client: S3Client, Bucket: string): Objects {
  return {
    async get(Key, most) {
      const silence = watchSilence();
      try {
        const { Body, ETag } = await client.send(new sdk.GetObjectCommand({ Bucket, Key }), {
          abortSignal: silence.signal,
        });
        return { bytes: await readBody(Body as Readable, most, silence), etag: ETag! };
      } catch (error) {
        silence.signal.throwIfAborted();
        return undefinedIfMissing(error);
      } finally {
        silence.stop();
      }
    },
    async etag(Key) {
      try {
        const command = new sdk.HeadObjectCommand({ Bucket, Key });
        return (await within(LONGEST_SILENCE, (options) => client.send(command, options))).ETag;
      } catch (error) {
        return undefinedIfMissing(error);
      }
    },
    async put(Key, Body, { ifMatch: IfMatch, ifNoneMatch: IfNoneMatch } = {}) {
      for (let attempt = 1; ; attempt++) {
        try {
          const command = new sdk.PutObjectCommand({ Bucket, Key, Body, IfMatch, IfNoneMatch });
          return (await within(LONGEST_WRITE, (options) => client.send(command, options))).ETag;
        } catch (error) {
          const status = statusOf(error);
          // 412: another write was first. 404: the object of `If-Match` is gone.
          if (
            status === 412 ||
            (IfMatch !== undefined && status === 404 && nameOf(error) !== 'NoSuchBucket')
          )
            return undefined;
          // 409: another conditional write is under way, and either may win.
          if (status !== 409 || attempt === ATTEMPTS) throw error;
          await sleep(100 * attempt * Math.random());
        }
      }
    },
    async remove(Key) {
      const command = new sdk.DeleteObjectCommand({ Bucket, Key });
      await within(LONGEST_SILENCE, (options) => client.send(command, options));
    },
    async *list(Prefix) {
      let ContinuationToken: string | undefined;
      do {
        const command = new sdk.ListObjectsV2Command({ Bucket, Prefix, ContinuationToken });
        const page = await within(LONGEST_SILENCE, (options) => client.send(command, options));
        for (const { Key, LastModified } of page.Contents ?? [])
          if (Key !== undefined) yield { key: Key, written: LastModified?.getTime() ?? 0 };
        ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined;
      } while (ContinuationToken !== undefined);
    },
  };
}

/** Makes one call. Throws a `TimeoutError` after `milliseconds`, retries of the SDK included. */
async function within<Output>(
  milliseconds: number,
  call: (options: { abortSignal: AbortSignal }) => Promise<Output>,
): Promise<Output> {
  const abortSignal = AbortSignal.timeout(milliseconds);
  try {
    return await call({ abortSignal });
  } catch (error) {
    abortSignal.throwIfAborted();
    throw error;
  }
}

/** Aborts a call that the service does not respond to. */
interface Silence {
  signal: AbortSignal;
  /** Called when a byte has arrived. */
  broken(): void;
  stop(): void;
}

function watchSilence(): Silence {
  const call = new AbortController();
  const abort = (): void =>
    call.abort(new DOMException('The service does not respond.', 'TimeoutError'));
  const silent = setTimeout(abort, LONGEST_SILENCE);
  const late = setTimeout(abort, LONGEST_READ);
  return {
    signal: call.signal,
    broken: () => void silent.refresh(),
    stop() {
      clearTimeout(silent);
      clearTimeout(late);
    },
  };
}

/** Reads at most `most` bytes and one more. */
async function readBody(body: Readable, most: number, silence: Silence): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const destroy = (): void => void body.destroy(silence.signal.reason as Error);
  silence.signal.addEventListener('abort', destroy, { once: true });
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    silence.broken();
    chunks.push(chunk);
    length += chunk.length;
    if (length > most) break;
  }
  return Buffer.concat(chunks).subarray(0, most + 1);
}

const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
const nameOf = (error: unknown): string => (error as Error).name;

/** Returns `undefined` for a missing object. Throws any other error, also for a missing bucket. */
function undefinedIfMissing(error: unknown): undefined {
  if (statusOf(error) !== 404 || nameOf(error) === 'NoSuchBucket') throw error;
}
