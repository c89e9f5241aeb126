import type { S3Client } from '@aws-sdk/client-s3';
import type { ReleaseStore, ServerNote, StoredRelease } from '../../../ports.ts';
import { parseSemver } from '@gati/contract';
import { MOST_BYTES, printDocument } from '../documents.ts';
import { storeError } from '../errors.ts';
import { type HeadSource, parseHead, parseNote } from '../parse-head.ts';
import { EMPTY_HEAD } from '../head.ts';
import { cacheRecord, parseRecord } from '../parse-record.ts';
import { createObjects } from '../../../cloud/s3-objects.ts';

/** Tag of a head that does not exist. */
const NONE = 'none';

/**
 * Opens a release store in a bucket, which conditional writes keep consistent. The SDK reads
 * credentials, region and endpoint from `AWS_REGION`, `AWS_ENDPOINT_URL` and so on.
 *
 *     PREFIX/blobs/abcdef…            a file of a release, by its SHA-256
 *     PREFIX/releases/1.2.0.json      written with `If-None-Match: *`
 *     PREFIX/head.json                replaced with `If-Match`
 *     PREFIX/servers/INSTANCE.json    notes of running servers
 */
export async function openS3Store(url: string): Promise<ReleaseStore> {
  const { bucket, prefix } = readUrl(url);
  const sdk = await importSdk();
  // A custom endpoint rarely has a host name per bucket.
  const hasEndpoint = Boolean(process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL);
  const client: S3Client = new sdk.S3Client({ forcePathStyle: hasEndpoint });
  const objects = createObjects(sdk, client, bucket);
  const blobs = `${prefix}blobs/`;
  const releases = `${prefix}releases/`;
  const servers = `${prefix}servers/`;
  const head = `${prefix}head.json`;
  const address = `s3://${bucket}/${prefix}`.replace(/\/$/, '');
  const headSource: HeadSource = {
    url: address,
    file: 'head.json',
    fix: 'Restore an older version of this object. If the bucket keeps none, remove the object and activate a release: `gati activate VERSION`.',
  };
  /** Records by key. They never change. */
  const known = new Map<string, StoredRelease>();

  return {
    url: address,
    async list(onDamaged) {
      for await (const { key } of objects.list(releases)) {
        const version = key.slice(releases.length, -'.json'.length);
        // Other keys come from other programs.
        if (known.has(key) || parseSemver(version) === undefined) continue;
        const found = await objects.get(key, MOST_BYTES.record);
        if (!found) continue;
        const read = (): StoredRelease => parseRecord(address, version, toText(found.bytes));
        cacheRecord(known, key, { read, version, onDamaged });
      }
      return [...known.values()];
    },
    create: async (release) =>
      (await objects.put(`${releases}${release.version}.json`, toBytes(release), {
        ifNoneMatch: '*',
      })) !== undefined,
    async head() {
      const found = await objects.get(head, MOST_BYTES.head);
      return found
        ? { head: parseHead(headSource, toText(found.bytes)), tag: found.etag }
        : { head: EMPTY_HEAD, tag: NONE };
    },
    async moveHead(next, tag) {
      const bytes = toBytes(next);
      if (
        (await objects.put(head, bytes, tag === NONE ? { ifNoneMatch: '*' } : { ifMatch: tag })) !==
        undefined
      )
        return true;
      // After a lost response the SDK writes again, and the second write conflicts with the first.
      const latest = await objects.get(head, MOST_BYTES.head);
      return (
        latest !== undefined && latest.etag !== tag && Buffer.compare(latest.bytes, bytes) === 0
      );
    },
    tag: async () => (await objects.etag(head)) ?? NONE,
    blob: async (sha256, most) => (await objects.get(blobs + sha256, most))?.bytes,
    async putBlob(sha256, bytes) {
      await objects.put(blobs + sha256, bytes);
    },
    async *blobs() {
      for await (const { key, written } of objects.list(blobs))
        yield { sha256: key.slice(blobs.length), written };
    },
    removeBlob: (sha256) => objects.remove(blobs + sha256),
    async putNote(note) {
      await objects.put(`${servers}${note.instance}.json`, toJson(note));
    },
    removeNote: (instance) => objects.remove(`${servers}${instance}.json`),
    async notes() {
      const found: ServerNote[] = [];
      for await (const { key } of objects.list(servers)) {
        const object = await objects.get(key, MOST_BYTES.note);
        const note = object && parseNote(toText(object.bytes));
        if (note) found.push(note);
      }
      return found;
    },
    close: async () => client.destroy(),
  };
}

const toBytes = (value: object): Uint8Array => Buffer.from(printDocument(value));
const toJson = (value: unknown): Uint8Array =>
  Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`);
const toText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

function readUrl(url: string): { bucket: string; prefix: string } {
  const [, bucket, path = ''] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([^?#]*))?$/.exec(url) ?? [];
  if (bucket === undefined)
    throw storeError(
      'GATI_RELEASES',
      'The address of the release store is not of the form s3://bucket/prefix.',
      'Set GATI_RELEASES to s3://BUCKET or s3://BUCKET/PREFIX; credentials are not part of it.',
    );
  const prefix = path.split('/').filter(Boolean).join('/');
  return { bucket, prefix: prefix === '' ? '' : `${prefix}/` };
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
