import { folderId, statOf } from './disk-files.ts';
import { DELETED, type KnownFiles } from './known-files.ts';
import type { FolderEntries } from './walk-folders.ts';

/** A change that the watcher did not report. */
export interface MissedChange {
  type: 'add' | 'change' | 'unlink';
  file: string;
}

export interface OnDifference {
  /** Called for each difference, at the moment when it is found. */
  missed(change: MissedChange): void;
  /** Called for each folder that is a new one, or that has a missed change. */
  rewatch(folder: string): void;
}

/**
 * Compares one folder with its entries on disk, at once: an event during the comparison would look
 * like a difference. Returns the folders inside of it.
 *
 * @param now `undefined` if the folder can't be read
 */
export function compareFolder(
  name: string,
  known: KnownFiles,
  now: FolderEntries | undefined,
  on: OnDifference,
): Iterable<string> {
  if (!now) {
    if (!statOf(name)) compareMissing(name, known, on);
    return [];
  }
  let isStale = !known.folders.has(name);
  const state = known.addFolder(name);
  const id = folderId(name);
  if (state.id !== id) isStale = true;
  state.id = id;
  const missed = (change: MissedChange): void => {
    isStale = true;
    on.missed(change);
  };
  for (const file of state.files.keys()) if (!now.files.has(file)) missed({ type: 'unlink', file });
  for (const child of state.folders)
    if (!now.folders.has(child)) compareMissing(child, known, { ...on, missed });
  for (const file of now.files) {
    if (state.files.has(file)) {
      if (known.differs(file)) missed({ type: 'change', file });
    } else if (!known.isFull() && statOf(file)?.isFile()) missed({ type: 'add', file });
  }
  if (isStale) on.rewatch(name);
  return now.folders;
}

/** Reports all files of a folder that no longer exists. */
function compareMissing(name: string, known: KnownFiles, on: OnDifference): void {
  const state = known.folders.get(name);
  if (!state) return;
  for (const file of state.files.keys()) on.missed({ type: 'unlink', file });
  for (const child of state.folders) compareMissing(child, known, on);
  if (state.files.size === 0 && state.folders.size === 0) known.removeFolder(name);
}

/** Compares the files outside of the folder. */
export function compareOthers(known: KnownFiles, { missed }: OnDifference): void {
  for (const [file, state] of known.others) {
    const exists = statOf(file)?.isFile() ?? false;
    if (state === DELETED ? exists : !exists) missed({ type: exists ? 'add' : 'unlink', file });
    else if (exists && known.differs(file)) missed({ type: 'change', file });
  }
}
