import type { ReleaseStore, ServerNote, StoredRelease } from '../../ports.ts';
import { parseSemver } from '@gati/contract';
import type { Objects } from '../../cloud/objects.ts';
import { MOST_BYTES, printDocument } from './documents.ts';
import { type HeadSource, parseHead, parseNote } from './parse-head.ts';
import { EMPTY_HEAD } from './head.ts';
import { cacheRecord, parseRecord } from './parse-record.ts';

/** Tag of a head that does not exist. */
const NONE = 'none';

export interface BucketStoreOptions {
  objects: Objects;
  /** Address of the store, shown to users. */
  address: string;
  /** Start of the keys: empty, or with a slash at its end. */
  prefix: string;
  close(): void;
}

/**
 * Creates a release store in a bucket. Conditional writes keep the store consistent.
 *
 *     PREFIX/blobs/abcdef…            a file of a release, by its SHA-256
 *     PREFIX/releases/1.2.0.json      written only if it does not exist
 *     PREFIX/head.json                replaced only if it is the one that was read
 *     PREFIX/servers/INSTANCE.json    notes of running servers
 */
export function createBucketStore({
  objects,
  address,
  prefix,
  close,
}: BucketStoreOptions): ReleaseStore {
  const blobs = `${prefix}blobs/`;
  const releases = `${prefix}releases/`;
  const servers = `${prefix}servers/`;
  const head = `${prefix}head.json`;
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
      // If a response is lost, the client writes again, and the second write conflicts with the
      // first.
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
    close: async () => close(),
  };
}

const toBytes = (value: object): Uint8Array => Buffer.from(printDocument(value));
const toJson = (value: unknown): Uint8Array =>
  Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`);
const toText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
