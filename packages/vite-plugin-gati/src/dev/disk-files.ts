import { createHash } from 'node:crypto';
import fs from 'node:fs';

/**
 * Milliseconds after a write within which another write may get the same time, on the coarsest file
 * systems. The text of a file that was read so soon is compared too.
 */
const RACY = 2000;
/** Maximum bytes of a file whose text is compared. */
const MAX_TEXT = 1_000_000;

/** Facts that differ if the content of a file differs. */
export interface FileState {
  size: number;
  mtime: number;
  inode: number;
  /** Hash of the text, if another write may have the same time. */
  hash?: string;
}

/** Returns `undefined` if there is no such file. */
export function stateOf(file: string): FileState | undefined {
  const state = timesOf(file);
  return state && isRacy(state) ? withHash(file, state) : state;
}

/**
 * Compares a file that exists with an earlier state. Returns `true` if it differs. Otherwise returns
 * its state, or `undefined` if that is the same.
 */
export function differsFrom(file: string, before: FileState): FileState | true | undefined {
  const now = timesOf(file);
  if (!now) return undefined;
  if (now.size !== before.size) return true;
  const isSame = now.mtime === before.mtime && now.inode === before.inode;
  if (before.hash === undefined) return isSame ? undefined : true;
  const { hash } = withHash(file, now);
  if (hash !== before.hash) return true;
  return isRacy(now) ? { ...now, hash } : now;
}

/** Returns the stats of a file or folder that links lead to; `undefined` if there is none. */
export function statOf(name: string): fs.Stats | undefined {
  try {
    return fs.statSync(name, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Returns a string that differs for a folder that was deleted and created again. */
export function folderId(name: string): string {
  const stats = statOf(name);
  return stats ? `${stats.ino} ${stats.birthtimeMs}` : '';
}

/** Returns the entries of a folder; `undefined` if it can't be read. */
export function readFolder(name: string): fs.Dirent[] | undefined {
  try {
    return fs.readdirSync(name, { withFileTypes: true });
  } catch {
    return undefined;
  }
}

function timesOf(file: string): FileState | undefined {
  const stats = statOf(file);
  // A read of anything else, such as a pipe, may block forever.
  if (!stats?.isFile()) return undefined;
  return { size: stats.size, mtime: stats.mtimeMs, inode: stats.ino };
}

const isRacy = ({ mtime }: FileState): boolean => Date.now() - mtime < RACY;

function withHash(file: string, state: FileState): FileState {
  if (state.size > MAX_TEXT) return state;
  try {
    const hash = createHash('sha1').update(fs.readFileSync(file)).digest('base64');
    return { ...state, hash };
  } catch {
    return state;
  }
}
