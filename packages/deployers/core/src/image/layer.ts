import fs from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { createTarPacker, type TarHeader } from 'modern-tar';
import { type Compression, createCompressor, LAYER_TYPES } from './compression.ts';
import { type Layer, writeBlob } from './write-blob.ts';

/** One entry of a layer. A folder has no `source`. */
export interface LayerEntry {
  /** Absolute path in the image: `/app/server/index.mjs`. */
  path: string;
  source?: { file: string; size: number };
  mode: number;
  /** User and group. */
  owner: number;
}

/**
 * Writes a layer into a folder. The same entries give the same bytes: their order is that of their
 * paths, their time is 0, and the compressed stream has no name and no time.
 *
 * @param folder for the file, whose name is its digest
 */
export async function writeLayer(
  entries: LayerEntry[],
  folder: string,
  compression: Compression = 'gzip',
): Promise<Layer> {
  const { readable, controller } = createTarPacker();
  const packed = pack(controller, withFolders(entries));
  const archive = Readable.fromWeb(readable as Parameters<typeof Readable.fromWeb>[0]);
  const compressor = createCompressor(compression, 'low');
  const [layer] = await Promise.all([
    writeBlob(archive, compressor, LAYER_TYPES[compression], folder),
    packed,
  ]);
  return layer;
}

async function pack(
  controller: ReturnType<typeof createTarPacker>['controller'],
  entries: LayerEntry[],
): Promise<void> {
  try {
    for (const { path: name, source, mode, owner } of entries) {
      const header: TarHeader = {
        name: source ? name.slice(1) : `${name.slice(1)}/`,
        type: source ? 'file' : 'directory',
        size: source?.size ?? 0,
        mode,
        uid: owner,
        gid: owner,
        mtime: new Date(0),
      };
      const writer = controller.add(header).getWriter();
      if (source)
        for await (const chunk of fs.createReadStream(source.file) as AsyncIterable<Buffer>)
          await writer.write(chunk);
      await writer.close();
    }
    controller.finalize();
  } catch (error) {
    controller.error(error as Error);
    throw error;
  }
}

/** Adds an entry for each folder before its files. Sorts the entries by path. */
function withFolders(entries: LayerEntry[]): LayerEntry[] {
  const all = new Map(entries.map((entry) => [entry.path, entry]));
  for (const { path: name } of entries)
    for (let at = path.posix.dirname(name); at !== '/'; at = path.posix.dirname(at))
      if (!all.has(at)) all.set(at, { path: at, mode: 0o755, owner: 0 });
  return [...all.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
