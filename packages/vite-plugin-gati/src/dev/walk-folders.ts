import { setImmediate as nextTurn } from 'node:timers/promises';
import { readFolder, statOf } from './disk-files.ts';
import type { FolderState } from './known-files.ts';

/** Milliseconds that a walk may block the event loop before it lets other work run. */
const SLICE = 4;
/** Maximum depth of folders, which ends loops of links. */
const MAX_DEPTH = 24;

/** Absolute names of the files and folders that a folder has on disk. */
export interface FolderEntries {
  files: Set<string>;
  folders: Set<string>;
}

/** Calls `visit` for the root and all folders that it returns, without blocking for long. */
export async function walkFolders(
  root: string,
  visit: (folder: string) => Iterable<string>,
): Promise<void> {
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

/**
 * Returns the entries of a folder; `undefined` if it can't be read. Ignored entries are left out,
 * unless they are `known`.
 */
export function listFolder(
  name: string,
  known: FolderState | undefined,
  isIgnored: (name: string) => boolean,
): FolderEntries | undefined {
  const entries = readFolder(name);
  if (!entries) return undefined;
  const found: FolderEntries = { files: new Set(), folders: new Set() };
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
