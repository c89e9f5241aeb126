import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { createTarPacker, type TarHeader } from 'modern-tar';
import type { Descriptor } from '../registry/client.ts';
import type { BlobSource } from '../registry/upload.ts';

/** One entry of a layer. A folder has no `source`. */
export interface LayerEntry {
  /** Absolute path in the image: `/app/server/index.mjs`. */
  path: string;
  source?: { file: string; size: number };
  mode: number;
  /** User and group. */
  owner: number;
}

/** A layer on disk. */
export interface Layer extends BlobSource {
  /** Digest of the uncompressed archive. */
  diffId: string;
  file: string;
}

export const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';

/**
 * Writes a layer into a folder. The same entries give the same bytes: their order is that of their
 * paths, their time is 0, and the compressed stream has no name and no time.
 *
 * @param folder for the file, whose name is its digest
 */
export async function writeLayer(entries: LayerEntry[], folder: string): Promise<Layer> {
  const { readable, controller } = createTarPacker();
  const packed = pack(controller, withFolders(entries));
  const diff = createHash('sha256');
  const blob = createHash('sha256');
  let size = 0;
  const temporary = path.join(
    folder,
    `layer-${process.pid}-${Math.random().toString(36).slice(2)}`,
  );
  const written = pipeline(
    Readable.fromWeb(readable as Parameters<typeof Readable.fromWeb>[0]),
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        diff.update(chunk);
        yield chunk;
      }
    },
    createGzip({ level: 6 }),
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        blob.update(chunk);
        size += chunk.length;
        yield chunk;
      }
    },
    fs.createWriteStream(temporary),
  );
  await Promise.all([packed, written]);
  const digest = `sha256:${blob.digest('hex')}`;
  const file = path.join(folder, digest.replace(':', '-'));
  fs.renameSync(temporary, file);
  const descriptor: Descriptor = { mediaType: LAYER, digest, size };
  return {
    descriptor,
    diffId: `sha256:${diff.digest('hex')}`,
    file,
    open: async (start, end) => fs.createReadStream(file, { start, end: end - 1 }),
  };
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
