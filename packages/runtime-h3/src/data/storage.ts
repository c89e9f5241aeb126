import { join } from 'node:path';
import type { Driver, Storage as Unstorage } from 'unstorage';
import type { Storage } from '../types/data.ts';
import { storageError } from './errors.ts';
import { decodeStorageKey, encodeStorageKey } from './storage-key.ts';

export interface OpenStorage extends Storage {
  /** Closes the storage if it was opened. */
  dispose(): Promise<void>;
}

/** Creates the storage of `gctx.storage`: files in `folder`, or memory without a folder. */
export function createLazyStorage(folder: string | undefined): OpenStorage {
  let opened: Promise<Unstorage> | undefined;

  /** Runs an operation of unstorage on the encoded key. */
  async function run<Result>(
    key: string,
    operation: (storage: Unstorage, encoded: string) => Promise<Result>,
  ): Promise<Result> {
    const storage = await (opened ??= connect(folder));
    try {
      return await operation(storage, encodeStorageKey(key));
    } catch (error) {
      throw storageError(key, error);
    }
  }

  async function getKeys(prefix = ''): Promise<string[]> {
    const keys = await run(prefix, (storage) => storage.getKeys());
    const base = prefix === '' || prefix.endsWith(':') ? prefix : `${prefix}:`;
    return keys.map((key) => decodeStorageKey(key)).filter((key) => key.startsWith(base));
  }

  const removeItem = (key: string): Promise<void> =>
    run(key, (storage, encoded) => storage.removeItem(encoded));

  return {
    hasItem: (key) => run(key, (storage, encoded) => storage.hasItem(encoded)),
    getItem: <Value>(key: string) =>
      run(key, (storage, encoded) => storage.getItem(encoded) as Promise<Value | null>),
    setItem: (key, value) => run(key, (storage, encoded) => storage.setItem(encoded, value)),
    removeItem,
    getItemRaw: (key) => run(key, (storage, encoded) => storage.getItemRaw<Uint8Array>(encoded)),
    setItemRaw: (key, value) => run(key, (storage, encoded) => storage.setItemRaw(encoded, value)),
    getKeys,
    clear: async (prefix) => {
      // The method `clear` of unstorage can't be limited to a prefix, so each key is removed.
      for (const key of await getKeys(prefix)) await removeItem(key);
    },
    async dispose() {
      const closing = opened;
      opened = undefined;
      await (await closing)?.dispose();
    },
  };
}

async function connect(folder: string | undefined): Promise<Unstorage> {
  const { createStorage } = await import('unstorage');
  if (folder === undefined) return createStorage();
  const { default: files } = await import('unstorage/drivers/fs-lite');
  return createStorage({ driver: withErrors(files({ base: join(folder, 'storage') })) });
}

/** Codes of the file system for a file that can't exist, for example below a file. */
const ABSENT: ReadonlySet<unknown> = new Set(['ENOENT', 'EISDIR', 'ENOTDIR', 'ENAMETOOLONG']);

/** Throws errors that the driver returns as values. A folder does not count as an item. */
function withErrors(driver: Driver): Driver {
  const read = async (value: unknown): Promise<unknown> => {
    const result = await value;
    if (!(result instanceof Error)) return result;
    if (ABSENT.has((result as NodeJS.ErrnoException).code)) return null;
    throw result;
  };
  return {
    ...driver,
    hasItem: async (key, options) => (await read(driver.getItemRaw?.(key, options))) !== null,
    getItem: (key, options) => read(driver.getItem(key, options)) as never,
    getItemRaw: (key, options) => read(driver.getItemRaw?.(key, options)),
    removeItem: async (key, options) => void (await read(driver.removeItem?.(key, options))),
  };
}
