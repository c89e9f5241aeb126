import { compareFolder, compareOthers, type OnDifference } from './compare-files.ts';
import { createKnownFiles, type KnownFiles } from './known-files.ts';
import { type FolderEntries, listFolder, walkFolders } from './walk-folders.ts';

/**
 * The files of the app as the watcher has reported them. Each file has its state of the last
 * reported change, or of the start. That state is never newer than what the app has read, so each
 * difference from the disk is a change that the app may not know. A missed change stays a difference
 * until it is reported. File names are absolute, with `/`.
 */
export interface DiskState extends Pick<KnownFiles, 'follow' | 'covers' | 'reported' | 'differs'> {
  /** Reads the folder for the first time. */
  read(): Promise<void>;
  /** Compares everything with the disk, without blocking for long. */
  compare(on: OnDifference): Promise<void>;
}

/**
 * @param root folder that is followed with all its files
 * @param isIgnored whether the watcher ignores a name
 */
export function createDiskState(root: string, isIgnored: (name: string) => boolean): DiskState {
  const known = createKnownFiles(root);
  const list = (name: string): FolderEntries | undefined =>
    listFolder(name, known.folders.get(name), isIgnored);

  return {
    read: () =>
      walkFolders(root, (name) => {
        const found = list(name);
        if (!found) return [];
        known.addFolder(name);
        for (const file of found.files) if (!known.isFull()) known.record(file);
        return found.folders;
      }),
    follow: known.follow,
    covers: known.covers,
    reported: known.reported,
    differs: known.differs,
    async compare(on) {
      await walkFolders(root, (name) => compareFolder(name, known, list(name), on));
      compareOthers(known, on);
    },
  };
}
