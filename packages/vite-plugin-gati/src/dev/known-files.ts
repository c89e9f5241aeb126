import path from 'node:path';
import { readText } from '../files/read-text.ts';
import { differsFrom, type FileState, folderId, stateOf } from './disk-files.ts';

/** Maximum number of followed files. Further files are ignored. */
const MAX_FILES = 20_000;

export interface FolderState {
  /** Differs for a folder that is created again. */
  id: string;
  files: Map<string, FileState>;
  folders: Set<string>;
}

/** State of a file that no longer existed when the watcher reported it. No file equals it. */
const UNKNOWN: FileState = { size: -1, mtime: 0, inode: 0 };
/** State of a file outside of the folder that was deleted. */
export const DELETED: FileState = { size: -2, mtime: 0, inode: 0 };

/** The states of the files and folders that the watcher has reported. Names are absolute, with `/`. */
export interface KnownFiles {
  readonly folders: ReadonlyMap<string, FolderState>;
  /** Files outside of the folder. */
  readonly others: ReadonlyMap<string, FileState>;
  /** Whether the folder has the maximum number of followed files. */
  isFull(): boolean;
  /** Whether a name is followed, or would be if it existed. */
  covers(name: string): boolean;
  /** Follows a file outside of the folder. `text` is what the app has read. */
  follow(file: string, text: string): void;
  /** Records the state that a file has on disk. */
  record(file: string): void;
  /** Records an event that the watcher emits. */
  reported(type: string, name: string): void;
  /** Whether a file changed since the watcher last reported a change of it. */
  differs(file: string): boolean;
  /** Returns the state of a folder, which is added if it is not known. */
  addFolder(name: string): FolderState;
  removeFolder(name: string): void;
}

/** @param root folder that is followed with all its files */
export function createKnownFiles(root: string): KnownFiles {
  const folders = new Map<string, FolderState>();
  const others = new Map<string, FileState>();
  /** Number of files in `folders`. */
  let count = 0;

  const isBelow = (name: string): boolean => name.startsWith(`${root}/`);
  const get = (file: string): FileState | undefined =>
    others.get(file) ?? folders.get(path.posix.dirname(file))?.files.get(file);
  const record = (file: string): void => set(file, stateOf(file) ?? UNKNOWN);

  function set(file: string, state: FileState): void {
    if (others.has(file)) others.set(file, state);
    if (!isBelow(file)) return;
    const { files } = addFolder(path.posix.dirname(file));
    if (!files.has(file)) count++;
    files.set(file, state);
  }

  function remove(file: string): void {
    if (others.has(file)) others.set(file, DELETED);
    else if (folders.get(path.posix.dirname(file))?.files.delete(file)) count--;
  }

  function addFolder(name: string): FolderState {
    const known = folders.get(name);
    if (known) return known;
    const added: FolderState = { id: folderId(name), files: new Map(), folders: new Set() };
    folders.set(name, added);
    if (name !== root) addFolder(path.posix.dirname(name)).folders.add(name);
    return added;
  }

  return {
    folders,
    others,
    isFull: () => count >= MAX_FILES,
    covers: (name) => name === root || isBelow(name) || others.has(name),
    follow(file, text) {
      if (isBelow(file) || others.has(file) || others.size >= MAX_FILES) return;
      const state = stateOf(file);
      if (state) others.set(file, readText(file) === text ? state : UNKNOWN);
    },
    record,
    reported(type, name) {
      if (type === 'unlink') remove(name);
      else if (type === 'unlinkDir') {
        const state = folders.get(name);
        // Its files stay: the watcher reports each of them, or misses it.
        if (state) state.id = '';
      } else if (type === 'addDir') {
        if (name === root || isBelow(name)) addFolder(name).id = folderId(name);
      } else record(name);
    },
    differs(file) {
      const known = get(file);
      if (!known) return false;
      const result = differsFrom(file, known);
      if (result === true) return true;
      if (result) set(file, result);
      return false;
    },
    addFolder,
    removeFolder(name) {
      folders.delete(name);
      folders.get(path.posix.dirname(name))?.folders.delete(name);
    },
  };
}
