import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { replaceCacheFile } from '../files/cache-file.ts';
import { readText } from '../files/read-text.ts';

/** What a tarball was made of, and what it was then: one that was changed since is made again. */
interface Entry {
  key: string;
  digest: string;
  /** Of the release. */
  version?: string;
  /** Address of the release store that the version was worked out against. */
  store?: string;
}

type Entries = Record<string, Entry | undefined>;

/** The tarballs that builds made in this folder, by their place from the root. */
export interface SdkCache {
  /** The bytes of a tarball that was made of this, and is still what was made. */
  find(file: string, key: string): Buffer | undefined;
  set(file: string, entry: Required<Entry>): void;
  /**
   * Removes the tarballs of versions that were proposed against this store and never released in it. What may be somebody's stays: what no
   * build wrote or somebody changed, what was made against another store, and all of it while the store is empty, since an app without
   * releases may publish its builds as they are.
   */
  removeProposals(store: { url: string; versions: string[] }, current: string): void;
}

export function openSdkCache(root: string): SdkCache {
  const place = path.join(root, '.gati/cache/sdk.json');
  const entries = readEntries(place);
  const read = (file: string): Buffer | undefined => readBytes(path.join(root, file));
  const isAsMade = (file: string, bytes: Buffer | undefined): bytes is Buffer =>
    bytes !== undefined && hash(bytes) === entries[file]?.digest;
  return {
    find(file, key) {
      const bytes = entries[file]?.key === key ? read(file) : undefined;
      return isAsMade(file, bytes) ? bytes : undefined;
    },
    set(file, entry) {
      const kept = Object.entries(entries).filter(
        ([name]) => name !== file && fs.existsSync(path.join(root, name)),
      );
      replaceCacheFile(place, `${JSON.stringify(Object.fromEntries([...kept, [file, entry]]))}\n`);
    },
    removeProposals({ url, versions }, current) {
      if (versions.length === 0) return;
      for (const [file, entry] of Object.entries(entries)) {
        const { version, store } = entry ?? {};
        if (
          version === undefined ||
          store !== url ||
          version === current ||
          versions.includes(version)
        )
          continue;
        if (isAsMade(file, read(file))) fs.rmSync(path.join(root, file), { force: true });
      }
    },
  };
}

function readEntries(place: string): Entries {
  try {
    return JSON.parse(readText(place) ?? '{}') as Entries;
  } catch {
    return {};
  }
}

function readBytes(file: string): Buffer | undefined {
  try {
    return fs.readFileSync(file);
  } catch {
    return undefined;
  }
}

const hash = (data: Buffer): string => createHash('sha256').update(data).digest('hex');
