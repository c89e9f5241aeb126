import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { readText } from '../files/read-text.ts';
import {
  differsFrom,
  type FileState,
  folderId,
  readFolder,
  statOf,
  stateOf,
} from './disk-files.ts';

/** Milliseconds that a comparison may block the event loop before it lets other work run. */
const SLICE = 4;
/** Maximum number of followed files. Further files are ignored. */
const MAX_FILES = 20_000;
/** Maximum depth of folders, which ends loops of links. */
const MAX_DEPTH = 24;

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
 * The files of the app as the watcher has reported them. Each file has its state of the last
 * reported change, or of the start. That state is never newer than what the app has read, so each
 * difference from the disk is a change that the app may not know. A missed change stays a difference
 * until it is reported. File names are absolute, with `/`.
 */
export interface DiskState {
  /** Reads the folder for the first time. */
  read(): Promise<void>;
  /** Follows a file outside of the folder. `text` is what the app has read. */
  follow(file: string, text: string): void;
  /** Whether a name is followed, or would be if it existed. */
  covers(name: string): boolean;
  /** Records an event that the watcher emits. */
  reported(type: string, name: string): void;
  /** Whether a file changed since the watcher last reported a change of it. */
  differs(file: string): boolean;
  /** Compares everything with the disk, without blocking for long. */
  compare(on: OnDifference): Promise<void>;
}

interface FolderState {
  /** Differs for a folder that is created again. */
  id: string;
  files: Map<string, FileState>;
  folders: Set<string>;
}

/** State of a file that no longer existed when the watcher reported it. No file equals it. */
const UNKNOWN: FileState = { size: -1, mtime: 0, inode: 0 };
/** State of a file outside of the folder that was deleted. */
const DELETED: FileState = { size: -2, mtime: 0, inode: 0 };

/**
 * @param root folder that is followed with all its files
 * @param isIgnored whether the watcher ignores a name
 */
export function createDiskState(root: string, isIgnored: (name: string) => boolean): DiskState {
  const folders = new Map<string, FolderState>();
  /** Files outside of the folder. */
  const others = new Map<string, FileState>();
  let count = 0;

  const isBelow = (name: string): boolean => name.startsWith(`${root}/`);
  const get = (file: string): FileState | undefined =>
    others.get(file) ?? folders.get(path.posix.dirname(file))?.files.get(file);

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

  /** Files and folders that a folder has on disk. Ignored ones are left out. */
  function list(name: string): { files: Set<string>; folders: Set<string> } | undefined {
    const entries = readFolder(name);
    if (!entries) return undefined;
    const known = folders.get(name);
    const found = { files: new Set<string>(), folders: new Set<string>() };
    for (const entry of entries) {
      const full = `${name}/${entry.name}`;
      const isKnown = known?.files.has(full) || known?.folders.has(full);
      if (!isKnown && (entry.name === 'node_modules' || isIgnored(full))) continue;
      const isLink = entry.isSymbolicLink();
      if (isLink ? statOf(full)?.isDirectory() : entry.isDirectory()) found.folders.add(full);
      else if (isLink || entry.isFile()) found.files.add(full);
    }
    return found;
  }

  /** Calls `visit` for the root and all folders that it returns. */
  async function walk(visit: (folder: string) => Iterable<string>): Promise<void> {
    let begun = performance.now();
    const queue = [{ name: root, depth: 0 }];
    for (const { name, depth } of queue) {
      for (const child of visit(name))
        if (depth < MAX_DEPTH) queue.push({ name: child, depth: depth + 1 });
      if (performance.now() - begun < SLICE) continue;
      await nextTurn();
      begun = performance.now();
    }
  }

  /** Reports all files of a folder that no longer exists. */
  function compareMissing(name: string, on: OnDifference): void {
    const state = folders.get(name);
    if (!state) return;
    for (const file of state.files.keys()) on.missed({ type: 'unlink', file });
    for (const child of state.folders) compareMissing(child, on);
    if (state.files.size > 0 || state.folders.size > 0) return;
    folders.delete(name);
    folders.get(path.posix.dirname(name))?.folders.delete(name);
  }

  /** Compares one folder, at once: an event during the comparison would look like a difference. */
  function compareFolder(name: string, on: OnDifference): Iterable<string> {
    const now = list(name);
    if (!now) {
      if (!statOf(name)) compareMissing(name, on);
      return [];
    }
    let isStale = !folders.has(name);
    const state = addFolder(name);
    const id = folderId(name);
    if (state.id !== id) isStale = true;
    state.id = id;
    const missed = (change: MissedChange): void => {
      isStale = true;
      on.missed(change);
    };
    for (const file of state.files.keys())
      if (!now.files.has(file)) missed({ type: 'unlink', file });
    for (const child of state.folders)
      if (!now.folders.has(child)) compareMissing(child, { ...on, missed });
    for (const file of now.files) {
      if (state.files.has(file)) {
        if (differs(file)) missed({ type: 'change', file });
      } else if (count < MAX_FILES && statOf(file)?.isFile()) missed({ type: 'add', file });
    }
    if (isStale) on.rewatch(name);
    return now.folders;
  }

  function compareOthers({ missed }: OnDifference): void {
    for (const [file, state] of others) {
      const exists = statOf(file)?.isFile() ?? false;
      if (state === DELETED ? exists : !exists) missed({ type: exists ? 'add' : 'unlink', file });
      else if (exists && differs(file)) missed({ type: 'change', file });
    }
  }

  function differs(file: string): boolean {
    const known = get(file);
    if (!known) return false;
    const result = differsFrom(file, known);
    if (result === true) return true;
    if (result) set(file, result);
    return false;
  }

  return {
    read: () =>
      walk((name) => {
        const found = list(name);
        if (!found) return [];
        addFolder(name);
        for (const file of found.files) if (count < MAX_FILES) set(file, stateOf(file) ?? UNKNOWN);
        return found.folders;
      }),
    follow(file, text) {
      if (isBelow(file) || others.has(file) || others.size >= MAX_FILES) return;
      const state = stateOf(file);
      if (state) others.set(file, readText(file) === text ? state : UNKNOWN);
    },
    covers: (name) => name === root || isBelow(name) || others.has(name),
    reported(type, name) {
      if (type === 'unlink') remove(name);
      else if (type === 'unlinkDir') {
        const state = folders.get(name);
        // Its files stay: the watcher reports each of them, or misses it.
        if (state) state.id = '';
      } else if (type === 'addDir') {
        if (name === root || isBelow(name)) addFolder(name).id = folderId(name);
      } else set(name, stateOf(name) ?? UNKNOWN);
    },
    differs,
    async compare(on) {
      await walk((name) => compareFolder(name, on));
      compareOthers(on);
    },
  };
}
