import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from '../../../data/make-folder.ts';

/**
 * Writes files that are complete or absent, whenever the process or the machine stops. A file is
 * written elsewhere, synced, renamed into place, and its folder is synced. There is no lock that a
 * killed process could leave behind.
 */
export interface DurableFiles {
  /** Writes a file, or replaces it. */
  write(path: string, bytes: Uint8Array | string): Promise<void>;
  /**
   * Creates a folder with one file. Returns `false` if the folder exists. If several writers race,
   * exactly one gets `true`.
   */
  create(folder: string, name: string, bytes: string): Promise<boolean>;
}

/** @param scratch folder for unfinished files, on the same file system as the finished ones */
export function createDurableFiles(scratch: string): DurableFiles {
  return {
    async write(path, bytes) {
      await makeSyncedFolder(scratch);
      await makeSyncedFolder(dirname(path));
      const temporary = join(scratch, randomUUID());
      await writeSynced(temporary, bytes);
      await rename(temporary, path);
      await syncFolder(dirname(path));
    },
    async create(folder, name, bytes) {
      const temporary = join(scratch, randomUUID());
      await makeSyncedFolder(temporary);
      await makeSyncedFolder(dirname(folder));
      await writeSynced(join(temporary, name), bytes);
      await syncFolder(temporary);
      // Renaming a folder onto a folder with content fails. This makes the step exclusive, also on
      // file systems without hard links.
      const created = await rename(temporary, folder).then(
        () => true,
        async (error: unknown) => {
          await rm(temporary, { recursive: true, force: true });
          if (await exists(folder)) return false;
          throw error;
        },
      );
      await syncFolder(dirname(folder));
      return created;
    },
  };
}

async function writeSynced(path: string, bytes: Uint8Array | string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Creates a folder and its parents, and syncs each into its parent. */
async function makeSyncedFolder(folder: string): Promise<void> {
  const first = makeFolder(folder);
  if (first === undefined) return;
  for (let at = folder; ; at = dirname(at)) {
    await syncFolder(dirname(at));
    if (at === first || at === dirname(at)) return;
  }
}

async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, 'r');
    await handle.sync();
  } catch (error) {
    // Windows can't open folders, and some network file systems can't sync them.
    if (
      !['EPERM', 'EISDIR', 'EACCES', 'EINVAL', 'ENOTSUP'].includes(
        (error as NodeJS.ErrnoException).code ?? '',
      )
    )
      throw error;
  } finally {
    await handle?.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
