import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Files that are there as a whole or not at all, whenever the process or the machine stops: written beside, synced, renamed into place,
 * and the folder synced. No lock, so nothing is left that a killed process would hold for good.
 */
export interface DurableFiles {
  /** Replaces what stands at `path`. */
  write(path: string, bytes: Uint8Array | string): Promise<void>;
  /** A folder with one file. `false`: there is one already; of racing writers exactly one gets `true`. */
  create(folder: string, name: string, bytes: string): Promise<boolean>;
}

/** `scratch` must be on the same file system as what is written. */
export function createDurableFiles(scratch: string): DurableFiles {
  return {
    async write(path, bytes) {
      await makeFolder(scratch);
      await makeFolder(dirname(path));
      const temporary = join(scratch, randomUUID());
      await writeSynced(temporary, bytes);
      await rename(temporary, path);
      await syncFolder(dirname(path));
    },
    async create(folder, name, bytes) {
      const temporary = join(scratch, randomUUID());
      await makeFolder(temporary);
      await makeFolder(dirname(folder));
      await writeSynced(join(temporary, name), bytes);
      await syncFolder(temporary);
      // A folder is never renamed onto one that has something in it: that is the exclusive step, on file systems without hard links too.
      const won = await rename(temporary, folder).then(
        () => true,
        async (error: unknown) => {
          await rm(temporary, { recursive: true, force: true });
          if (await exists(folder)) return false;
          throw error;
        },
      );
      await syncFolder(dirname(folder));
      return won;
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

/** With all folders above, each synced into its own. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
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
    // Windows opens no folder, and some network file systems sync none.
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
