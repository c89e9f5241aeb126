import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Client } from '@aws-sdk/client-s3';

/** Attempts of a write that conflicts with others. */
const ATTEMPTS = 10;

type Sdk = typeof import('@aws-sdk/client-s3');

export interface Condition {
  ifMatch?: string;
  ifNoneMatch?: '*';
}

/** The calls that stores need of a bucket. */
export interface Objects {
  get(key: string): Promise<{ bytes: Uint8Array; etag: string } | undefined>;
  etag(key: string): Promise<string | undefined>;
  /** Resolves to the new ETag, or to `undefined` if the condition did not hold. */
  put(key: string, bytes: Uint8Array, condition?: Condition): Promise<string | undefined>;
  remove(key: string): Promise<void>;
  /** Lists objects. `written`: epoch milliseconds. */
  list(prefix: string): AsyncIterable<{ key: string; written: number }>;
}

export function createObjects(sdk: Sdk, client: S3Client, Bucket: string): Objects {
  return {
    async get(Key) {
      try {
        const { Body, ETag } = await client.send(new sdk.GetObjectCommand({ Bucket, Key }));
        return { bytes: await Body!.transformToByteArray(), etag: ETag! };
      } catch (error) {
        return undefinedIfMissing(error);
      }
    },
    async etag(Key) {
      try {
        return (await client.send(new sdk.HeadObjectCommand({ Bucket, Key }))).ETag;
      } catch (error) {
        return undefinedIfMissing(error);
      }
    },
    async put(Key, Body, { ifMatch: IfMatch, ifNoneMatch: IfNoneMatch } = {}) {
      for (let attempt = 1; ; attempt++) {
        try {
          return (
            await client.send(new sdk.PutObjectCommand({ Bucket, Key, Body, IfMatch, IfNoneMatch }))
          ).ETag;
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
      await client.send(new sdk.DeleteObjectCommand({ Bucket, Key }));
    },
    async *list(Prefix) {
      let ContinuationToken: string | undefined;
      do {
        const page = await client.send(
          new sdk.ListObjectsV2Command({ Bucket, Prefix, ContinuationToken }),
        );
        for (const { Key, LastModified } of page.Contents ?? [])
          if (Key !== undefined) yield { key: Key, written: LastModified?.getTime() ?? 0 };
        ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined;
      } while (ContinuationToken !== undefined);
    },
  };
}

const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
const nameOf = (error: unknown): string => (error as Error).name;

/** Returns `undefined` for a missing object. Throws any other error, also for a missing bucket. */
function undefinedIfMissing(error: unknown): undefined {
  if (statusOf(error) !== 404 || nameOf(error) === 'NoSuchBucket') throw error;
}
