import { createHash, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Descriptor } from '../registry/client.ts';
import type { BlobSource } from '../registry/upload.ts';

/** A layer on disk. */
export interface Layer extends BlobSource {
  /** Digest of the uncompressed archive. */
  diffId: string;
  file: string;
}

/**
 * Compresses an archive into a folder.
 *
 * @param folder for the file, whose name is its digest
 */
export async function writeBlob(
  archive: Readable,
  compressor: Transform,
  mediaType: string,
  folder: string,
): Promise<Layer> {
  const diff = createHash('sha256');
  const blob = createHash('sha256');
  let size = 0;
  const temporary = path.join(folder, `layer-${randomUUID()}`);
  try {
    await pipeline(
      archive,
      async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          diff.update(chunk);
          yield chunk;
        }
      },
      compressor,
      async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          blob.update(chunk);
          size += chunk.length;
          yield chunk;
        }
      },
      fs.createWriteStream(temporary),
    );
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
  const digest = `sha256:${blob.digest('hex')}`;
  const file = path.join(folder, digest.replace(':', '-'));
  fs.renameSync(temporary, file);
  return toLayer({ mediaType, digest, size }, `sha256:${diff.digest('hex')}`, file);
}

/** Describes a layer that is on disk. */
export function toLayer(descriptor: Descriptor, diffId: string, file: string): Layer {
  return {
    descriptor,
    diffId,
    file,
    open: async (start, end) => fs.createReadStream(file, { start, end: end - 1 }),
  };
}
