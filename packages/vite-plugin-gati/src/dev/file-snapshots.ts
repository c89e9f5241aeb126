import fs from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * The contents of files that changed since the server started, at the time when the change was
 * applied. Code, scan and contract are all made from these contents. The disk may have newer
 * content that an editor has only half written. File names are absolute, with `/`.
 */
export interface FileSnapshots {
  /** Records the content of a change. `undefined` removes the snapshot. */
  set(file: string, text: string | undefined): void;
  get(file: string): string | undefined;
  /** Records the content that the file's module was made from. */
  setLoaded(file: string, text: string): void;
  /**
   * Whether the file's module was made from other content, because it was loading during the
   * change.
   */
  isOutdated(file: string): boolean;
  /**
   * Resolves when the disk has the content of all snapshots, after at most {@link DISK_TIMEOUT}.
   * Returns whether the first read found all of them.
   */
  waitForDisk(files: Iterable<string>): Promise<boolean>;
}

/** Milliseconds to wait until the disk has the content of a snapshot. */
const DISK_TIMEOUT = 500;
/** Milliseconds between two reads of the disk. */
const DISK_INTERVAL = 10;

export function createFileSnapshots(): FileSnapshots {
  const snapshots = new Map<string, string>();
  const loaded = new Map<string, string>();

  function differsFromDisk(file: string): boolean {
    const text = snapshots.get(file);
    if (text === undefined) return false;
    try {
      return fs.readFileSync(file, 'utf8') !== text;
    } catch {
      return true;
    }
  }

  return {
    set(file, text) {
      if (text === undefined) snapshots.delete(file);
      else snapshots.set(file, text);
    },
    get: (file) => snapshots.get(file),
    setLoaded(file, text) {
      loaded.set(file, text);
    },
    isOutdated: (file) =>
      snapshots.has(file) && loaded.has(file) && snapshots.get(file) !== loaded.get(file),
    async waitForDisk(files) {
      const known = [...files].filter((file) => snapshots.has(file));
      if (!known.some(differsFromDisk)) return true;
      const end = Date.now() + DISK_TIMEOUT;
      while (known.some(differsFromDisk) && Date.now() < end) await delay(DISK_INTERVAL);
      return false;
    },
  };
}
