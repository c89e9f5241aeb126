import path from 'node:path';
import { type EnvironmentModuleNode, normalizePath } from 'vite';
import { readText } from '../files/read-text.ts';
import type { FileSnapshots } from './file-snapshots.ts';
import type { MissedChanges } from './missed-changes.ts';
import type { ModuleLoader } from './module-loader.ts';

/** A change as Vite's `hotUpdate` hook passes it. */
export interface FileChange {
  type: 'create' | 'update' | 'delete';
  /** Absolute, with `/`. */
  file: string;
  timestamp: number;
  /** The modules that are made of the file. */
  modules: EnvironmentModuleNode[];
}

interface ChangeDependencies {
  root: string;
  code: ModuleLoader;
  missed: MissedChanges;
  snapshots: FileSnapshots;
}

/** A changed file and the files that the change affects. File names are from the root. */
export interface ReadChange {
  file: string;
  /** `undefined` if the file was deleted. */
  text: string | undefined;
  /** The file and the files whose modules import it. */
  affected: Set<string>;
}

/** Reads the file of a change. Returns `undefined` if there is nothing to apply yet. */
export async function readChange(
  change: FileChange,
  { root, code, missed, snapshots }: ChangeDependencies,
): Promise<ReadChange | undefined> {
  let text: string | undefined;
  if (change.type !== 'delete') {
    // Synchronous: the watcher keeps the threads busy that an asynchronous read would need.
    text = readText(change.file);
    // The file does not exist any more, or not yet. Another change will report that.
    if (text === undefined) return undefined;
    // Some programs truncate or create the file before they write it. Keep the old content, or
    // none, until the new content is there.
    if (text.trim() === '' && !missed.staysEmpty(change.file)) {
      missed.emptied(change.file);
      return undefined;
    }
  }
  snapshots.set(change.file, text);
  const file = normalizePath(path.relative(root, change.file));
  const affected = await code.invalidate(change.modules, change.timestamp);
  return { file, text, affected: affected.add(file) };
}
