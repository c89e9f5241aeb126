import { createHash } from 'node:crypto';
import { parseSemver, parseTime } from '@gati/contract';
import {
  boolean,
  type Check,
  innerPath,
  isObject,
  listOf,
  mapOf,
  matching,
  number,
  object,
  oneOf,
  type Parsed,
  parseDocument,
  parsedBy,
  safeName,
  string,
} from '@gati/contract/data';
import type { ReleaseMark, ServerNote, StoredRelease, StoreHead } from '../../ports.ts';

/** Maximum number of bytes of each document of a store. Drivers read no more than that. */
export const MOST_BYTES = { record: 32_000_000, head: 8_000_000, note: 64_000 } as const;
/** Maximum number of bytes in one file of a release. */
const MOST_FILE_BYTES = 2 ** 31;
const MOST_FILES = 100_000;

const semver = parsedBy(parseSemver, 'a semver version');
const time = parsedBy(parseTime, 'an RFC 3339 time');
const sha256 = matching(/^[0-9a-f]{64}$/, 'a SHA-256 in hex');

const fileSize: Check = (value, path) =>
  parsedBy(
    (text) => (/^\d{1,10}$/.test(text) && Number(text) <= MOST_FILE_BYTES ? true : undefined),
    `a whole number up to ${MOST_FILE_BYTES}`,
  )(typeof value === 'number' ? String(value) : value, path);

const record: Check = object(
  {
    version: semver,
    id: safeName,
    date: time,
    files: listOf(object({ path: innerPath, bytes: fileSize, sha256 }), MOST_FILES),
  },
  { image: string },
);

const mark: Check = object(
  { status: oneOf('staged', 'live', 'deprecated', 'withdrawn', 'retired') },
  {
    deprecatedAt: time,
    sunsetAt: time,
    pruned: boolean,
    quarantine: object({ reason: string, at: time, server: string }),
  } satisfies Partial<Record<keyof ReleaseMark, Check>>,
);

const head: Check = object(
  { before: listOf(semver), marks: mapOf(mark, semver) },
  {
    current: semver,
    activation: object({ version: semver, at: time }, { mark }),
    labels: mapOf(string, semver),
  },
);

const note: Check = object(
  { instance: safeName, until: number },
  {
    server: string,
    current: semver,
    failed: object({ version: semver, reason: string }, { activatedAt: time }),
  },
);

const bundledIndex: Check = object({
  releases: listOf((value, path) => {
    object({ version: semver, id: safeName, date: time })(value, path);
    mark(value, path);
  }),
});

/** Parses the record of a release. */
export function parseRecordText(text: string | undefined): Parsed<StoredRelease> {
  return checkDigest(parseDocument<StoredRelease>(text, record, MOST_BYTES.record));
}

/** Parses the head of a store. */
export function parseHeadText(text: string | undefined): Parsed<StoreHead> {
  return checkDigest(parseDocument<StoreHead>(text, head, MOST_BYTES.head));
}

/** Parses the note of a server. */
export function parseNoteText(text: string | undefined): Parsed<ServerNote> {
  return parseDocument<ServerNote>(text, note, MOST_BYTES.note);
}

/** Parses the index of the releases that a build bundled. */
export function parseBundledIndex<Index>(text: string | undefined): Parsed<Index> {
  return parseDocument<Index>(text, bundledIndex, MOST_BYTES.head);
}

/** Returns why a record can't be stored: "files[3].path must be …". `undefined`: it can. */
export function findRecordFault(release: StoredRelease): string | undefined {
  const parsed = parseRecordText(printDocument(release));
  return 'fault' in parsed ? parsed.fault : undefined;
}

/** Prints a record or a head with the digest of its content, so that a changed byte is detected. */
export function printDocument(value: object): string {
  return `${JSON.stringify({ ...value, digest: digestOf(value) }, undefined, 2)}\n`;
}

/** Removes the digest of a document and compares it. Older documents have none. */
function checkDigest<Value>(parsed: Parsed<Value>): Parsed<Value> {
  if ('fault' in parsed || !isObject(parsed.value) || !Object.hasOwn(parsed.value, 'digest'))
    return parsed;
  const { digest, ...value } = parsed.value;
  if (digest !== digestOf(value)) return { fault: 'it differs from what was stored' };
  return { value: value as Value };
}

const digestOf = (value: object): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex');
