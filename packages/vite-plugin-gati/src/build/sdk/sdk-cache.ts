import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { boolean, innerPath, mapOf, object, string } from '@gati/contract/data';
import { readCacheDocument, writeCacheDocument } from '../../files/cache-file.ts';

/**
 * Record of a tarball. If its bytes no longer have this digest, it was edited and is made again.
 */
interface Entry {
  /** Hash of everything that the tarball was made from. */
  key: string;
  /** SHA-256 of its bytes. */
  digest: string;
  /** Version of the release. */
  version?: string;
  /** Address of the release store that the version was derived from. */
  store?: string;
  /** Whether the version was released to any store. Builds then keep the tarball unchanged. */
  released?: boolean;
}

type Entries = Record<string, Entry | undefined>;

/** The tarballs that builds of this app made, by path from the folder of its `package.json`. */
export interface SdkCache {
  /** Returns the bytes of a tarball that was made from this input and was not edited since. */
  find(file: string, key: string): Buffer | undefined;
  set(file: string, entry: Entry): void;
  /**
   * Returns the bytes of a tarball whose version was released, in the store of this build or in
   * another one that an earlier build or `gati release` saw.
   */
  findReleased(file: string, version: string, versions: readonly string[]): Buffer | undefined;
  /** Remembers that these versions were released. */
  markReleased(versions: readonly string[]): void;
  /**
   * Removes the tarballs of versions that were proposed for this store and never released in it.
   * Keeps tarballs that no build wrote, that were edited, or that were made for another store.
   * Keeps all of them while the store is empty: an app without releases may publish its builds.
   */
  removeProposals(store: { url: string; versions: string[] }, current: string): void;
}

export function openSdkCache(root: string, folder: string): SdkCache {
  const cacheFile = path.join(root, '.gati/cache/sdk.json');
  const entries = readEntries(cacheFile);
  const read = (file: string): Buffer | undefined => readBytes(path.join(folder, file));
  const isUnchanged = (file: string, bytes: Buffer | undefined): bytes is Buffer =>
    bytes !== undefined && hash(bytes) === entries[file]?.digest;
  const save = (): void => {
    const kept = Object.entries(entries).filter(([name]) => fs.existsSync(path.join(folder, name)));
    writeCacheDocument(cacheFile, Object.fromEntries(kept));
  };
  return {
    find(file, key) {
      const bytes = entries[file]?.key === key ? read(file) : undefined;
      return isUnchanged(file, bytes) ? bytes : undefined;
    },
    set(file, entry) {
      entries[file] = entry;
      save();
    },
    findReleased(file, version, versions) {
      return versions.includes(version) || entries[file]?.released ? read(file) : undefined;
    },
    markReleased(versions) {
      const marked = Object.values(entries).filter(
        (entry) => entry?.version !== undefined && versions.includes(entry.version),
      );
      if (marked.every((entry) => entry!.released)) return;
      for (const entry of marked) entry!.released = true;
      save();
    },
    removeProposals({ url, versions }, current) {
      if (versions.length === 0) return;
      for (const [file, entry] of Object.entries(entries)) {
        const { version, store } = entry ?? {};
        if (
          version === undefined ||
          store !== url ||
          entry?.released ||
          version === current ||
          versions.includes(version)
        )
          continue;
        if (isUnchanged(file, read(file))) fs.rmSync(path.join(folder, file), { force: true });
      }
    },
  };
}

const entriesCheck = mapOf(
  object({ key: string, digest: string }, { version: string, store: string, released: boolean }),
  innerPath,
);

/** Paths of tarballs stay inside of their folder, since builds remove files by them. */
function readEntries(file: string): Entries {
  const found = readCacheDocument(file);
  try {
    entriesCheck(found, '');
    return found as Entries;
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
