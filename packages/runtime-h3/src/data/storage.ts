import { join } from 'node:path';
import type { Storage as Unstorage } from 'unstorage';
import type { Storage } from '../types/data.ts';

export interface OpenStorage extends Storage {
  /** Closes the storage if it was opened. */
  dispose(): Promise<void>;
}

/** Creates the storage of `gctx.storage`: files in `folder`, or memory without a folder. */
export function createLazyStorage(folder: string | undefined): OpenStorage {
  let opened: Promise<Unstorage> | undefined;
  const open = (): Promise<Unstorage> => (opened ??= connect(folder));
  return {
    hasItem: async (key) => (await open()).hasItem(key),
    getItem: async <Value>(key: string) => (await open()).getItem(key) as Promise<Value | null>,
    setItem: async (key, value) => (await open()).setItem(key, value),
    removeItem: async (key) => (await open()).removeItem(key),
    getItemRaw: async (key) => (await open()).getItemRaw<Uint8Array>(key),
    setItemRaw: async (key, value) => (await open()).setItemRaw(key, value),
    getKeys: async (prefix) => (await open()).getKeys(prefix),
    clear: async (prefix) => (await open()).clear(prefix),
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
  return createStorage({ driver: files({ base: join(folder, 'storage') }) });
}
