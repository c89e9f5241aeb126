import { readdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseSemver } from '@gati/contract';
import type { ReleaseStore, StoredRelease } from '../../../ports.ts';
import { type HeadSource, parseHead, parseNote } from '../parse-head.ts';
import { EMPTY_HEAD } from '../head.ts';
import { cacheRecord, parseRecord } from '../parse-record.ts';
import { MOST_BYTES, printDocument } from '../documents.ts';
import { createDurableFiles } from './durable-files.ts';
import { ignoreMissing, readLimited } from './limited-read.ts';

/** Number of older heads that stay. */
const KEPT_HEADS = 64;
/** Milliseconds after which an entry of the scratch folder is from a killed process. */
const STALE = 24 * 60 * 60 * 1000;

/**
 * Opens a release store in a folder. It is safe for several processes, also on network file systems
 * that rename atomically.
 *
 *     blobs/ab/abcdef…          a file of a release, by its SHA-256
 *     releases/1.2.0/release.json
 *     heads/7/head.json         the highest number is the head; writers race to create the next
 *     servers/INSTANCE.json     notes of running servers
 *     scratch/                  unfinished files
 */
export function openDirectoryStore(path: string): ReleaseStore {
  const root = resolve(path);
  const scratch = join(root, 'scratch');
  const releases = join(root, 'releases');
  const heads = join(root, 'heads');
  const servers = join(root, 'servers');
  const blobPath = (sha256: string): string => join(root, 'blobs', sha256.slice(0, 2), sha256);
  const headPath = (number: number): string => join(heads, String(number));
  const files = createDurableFiles(scratch);
  /** Records by version. They never change. */
  const known = new Map<string, StoredRelease>();

  async function lastHead(): Promise<number> {
    let last = 0;
    for (const name of await listNames(heads))
      if (/^\d{1,15}$/.test(name)) last = Math.max(last, Number(name));
    return last;
  }

  const sourceOf = (number: number): HeadSource => ({
    url: root,
    file: `heads/${number}/head.json`,
    fix: `Restore it from a copy of the store, or remove the folder heads/${number}. The previous head then applies, so repeat your last activation, deprecation or retirement.`,
  });

  async function removeOldHeads(last: number): Promise<void> {
    const old = (await listNames(heads))
      .map(Number)
      .filter((number) => number <= last - KEPT_HEADS);
    for (const number of old) await rm(headPath(number), { recursive: true, force: true });
  }

  return {
    url: root,
    async list(onDamaged) {
      for (const version of await listNames(releases)) {
        // Other names come from other programs, such as file managers.
        if (known.has(version) || parseSemver(version) === undefined) continue;
        const text = await readText(join(releases, version, 'release.json'), MOST_BYTES.record);
        cacheRecord(known, version, {
          read: () => parseRecord(root, version, text),
          version,
          onDamaged,
        });
      }
      return [...known.values()];
    },
    create: (release) =>
      files.create(join(releases, release.version), 'release.json', printDocument(release)),
    async head() {
      for (let missed = 0; ;) {
        const last = await lastHead();
        if (last === 0) return { head: EMPTY_HEAD, tag: '0' };
        const text = await readText(join(headPath(last), 'head.json'), MOST_BYTES.head);
        // The file is missing. Either another process added newer heads and removed this one, or
        // this still is the last head and its file is lost.
        if (text !== undefined || last === missed)
          return { head: parseHead(sourceOf(last), text), tag: String(last) };
        missed = last;
      }
    },
    async moveHead(head, tag) {
      const from = Number(tag);
      if ((await lastHead()) !== from) return false;
      if (!(await files.create(headPath(from + 1), 'head.json', printDocument(head)))) return false;
      // After a long pause, this process may have created a number that other processes had used
      // and removed.
      if ((await lastHead()) >= from + 1 + KEPT_HEADS) return false;
      await removeOldHeads(from + 1);
      return true;
    },
    tag: async () => String(await lastHead()),
    blob: (sha256, most) => readLimited(blobPath(sha256), most),
    async putBlob(sha256, bytes) {
      await files.write(blobPath(sha256), bytes);
    },
    async *blobs() {
      await clearScratch(scratch);
      for (const folder of await listNames(join(root, 'blobs'))) {
        const names = await readdir(join(root, 'blobs', folder)).catch(ignoreMissing);
        for (const sha256 of names ?? []) {
          const found = await stat(blobPath(sha256)).catch(ignoreMissing);
          if (found) yield { sha256, written: found.mtimeMs };
        }
      }
    },
    removeBlob: (sha256) => rm(blobPath(sha256), { force: true }),
    putNote: (note) => files.write(join(servers, `${note.instance}.json`), toText(note)),
    removeNote: (instance) => rm(join(servers, `${instance}.json`), { force: true }),
    async notes() {
      const texts = await Promise.all(
        (await listNames(servers)).map((name) => readText(join(servers, name), MOST_BYTES.note)),
      );
      return texts.map(parseNote).filter((note) => note !== undefined);
    },
    async close() {},
  };
}

const toText = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** Returns `[]` for a missing folder. Throws when the path is not a folder. */
const listNames = async (folder: string): Promise<string[]> =>
  (await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  })) ?? [];

const readText = async (path: string, most: number): Promise<string | undefined> =>
  (await readLimited(path, most))?.toString('utf8');

async function clearScratch(scratch: string): Promise<void> {
  for (const name of await listNames(scratch)) {
    const found = await stat(join(scratch, name)).catch(ignoreMissing);
    if (found && found.mtimeMs < Date.now() - STALE)
      await rm(join(scratch, name), { recursive: true, force: true });
  }
}
