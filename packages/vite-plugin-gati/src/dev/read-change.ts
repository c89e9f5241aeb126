import path from 'node:path';
import { type EnvironmentModuleNode, normalizePath } from 'vite';
import { readText } from '../files/read-text.ts';
import type { ModuleLoader } from './module-loader.ts';
import type { LostEdits } from './lost-edits.ts';
import type { FileSnapshots } from './file-snapshots.ts';

export interface FileChange {
  type: 'create' | 'update' | 'delete';
  /** Absolute, with `/`. */
  file: string;
  timestamp: number;
  /** Those that were made of the file. */
  modules: EnvironmentModuleNode[];
}

/** Reads what a change is about; `undefined`: nothing that the backend has to act on yet. */
export async function readChange(
  change: FileChange,
  {
    root,
    code,
    lostEdits,
    texts,
  }: { root: string; code: ModuleLoader; lostEdits: LostEdits; texts: FileSnapshots },
): Promise<{ file: string; text: string | undefined; affected: Set<string> } | undefined> {
  let text: string | undefined;
  if (change.type !== 'delete') {
    // At once: the watcher keeps the threads that would read it busy.
    text = readText(change.file);
    // Gone or not there yet: another change says so.
    if (text === undefined) return undefined;
    // An editor that truncates and then writes: what is served stays until the text is there.
    if (text.trim() === '' && change.type === 'update' && !lostEdits.isReallyEmpty(change.file)) {
      // Whoever reads the file now sees nothing, so it counts as changed even if the same text comes back.
      lostEdits.used(change.file, text);
      return undefined;
    }
    lostEdits.changed(change.file, text);
  }
  texts.take(change.file, text);
  const file = normalizePath(path.relative(root, change.file));
  const affected = await code.change(change.modules, change.timestamp);
  return { file, text, affected: affected.add(file) };
}
