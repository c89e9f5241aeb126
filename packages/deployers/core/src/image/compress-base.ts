import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { isObject } from '@gati/contract/data';
import { damagedError, type Descriptor, sha256 } from '../registry/client.ts';
import { DIGEST } from '../registry/reference.ts';
import type { BlobSource } from '../registry/upload.ts';
import type { Base, BaseImage } from './base.ts';
import { createCompressor, LAYER_TYPES } from './compression.ts';
import { type Layer, toLayer, writeBlob } from './write-blob.ts';

/** Finds a compressed layer by the digest of the layer in the base. */
export type FindLayer = (image: BaseImage, from: string) => Promise<BlobSource | undefined>;

const GZIP = /\.tar\+gzip$/;
const PLAIN = /\.tar$/;
/** Milliseconds after which a layer that no build used is removed from the cache. */
const UNUSED = 60 * 24 * 3_600_000;

/**
 * Compresses the layers of a base with Zstandard. Their archives stay the same, so the digests of
 * the archives in the config of the base still prove their content.
 *
 * That takes about half a minute of CPU time per platform, so the result is kept: in a folder of
 * this machine, and in the registry, where {@link FindLayer} looks for it.
 *
 * @param cache folder for the layers
 */
export async function compressBase(base: Base, cache: string, find: FindLayer): Promise<Base> {
  removeUnused(cache);
  const compress = (image: BaseImage) => async (layer: BlobSource, index: number) => {
    const { digest, mediaType } = layer.descriptor;
    if (!GZIP.test(mediaType) && !PLAIN.test(mediaType)) return layer;
    const found = (await find(image, digest)) ?? readCached(cache, digest);
    if (found) return found;
    const made = await compressLayer(layer, cache);
    const expected = image.config.rootfs.diff_ids[index]!;
    if (made.diffId !== expected)
      throw damagedError(base.name, `the archive of ${digest} has the digest ${made.diffId}`);
    const { descriptor, diffId } = made;
    fs.writeFileSync(recordOf(cache, digest), JSON.stringify({ descriptor, diffId }));
    return made;
  };
  const images: BaseImage[] = [];
  // One after the other, since each uses a processor and the memory of a window.
  for (const image of base.images) {
    const layers: BlobSource[] = [];
    for (const [index, layer] of image.layers.entries())
      layers.push(await compress(image)(layer, index));
    const sources = image.layers.map(({ descriptor }) => descriptor.digest);
    images.push({ ...image, layers, sources });
  }
  return { ...base, images };
}

async function compressLayer({ descriptor, open }: BlobSource, cache: string): Promise<Layer> {
  const hash = createHash('sha256');
  const bytes = await open(0, descriptor.size);
  bytes.on('data', (chunk: Buffer) => hash.update(chunk));
  const archive = GZIP.test(descriptor.mediaType) ? createGunzip() : new PassThrough();
  bytes.on('error', (error) => archive.destroy(error)).pipe(archive);
  const layer = await writeBlob(archive, createCompressor('zstd', 'high'), LAYER_TYPES.zstd, cache);
  const digest = `sha256:${hash.digest('hex')}`;
  if (digest !== descriptor.digest)
    throw damagedError(descriptor.digest, `its digest is ${digest}`);
  return layer;
}

const recordOf = (cache: string, digest: string): string =>
  path.join(cache, `${digest.replace(':', '-')}.json`);

/** Reads a layer of the cache. A damaged one is compressed again. */
function readCached(cache: string, digest: string): Layer | undefined {
  try {
    const record: unknown = JSON.parse(fs.readFileSync(recordOf(cache, digest), 'utf8'));
    if (!isObject(record)) return undefined;
    const { descriptor, diffId } = record as { descriptor: Descriptor; diffId: string };
    if (!DIGEST.test(descriptor.digest) || !DIGEST.test(diffId)) return undefined;
    const file = path.join(cache, descriptor.digest.replace(':', '-'));
    const bytes = fs.readFileSync(file);
    if (sha256(bytes) !== descriptor.digest || bytes.length !== descriptor.size) return undefined;
    const now = new Date();
    for (const each of [file, recordOf(cache, digest)]) fs.utimesSync(each, now, now);
    return toLayer(descriptor, diffId, file);
  } catch {
    return undefined;
  }
}

function removeUnused(cache: string): void {
  for (const name of fs.readdirSync(cache)) {
    const file = path.join(cache, name);
    const { mtimeMs } = fs.statSync(file, { throwIfNoEntry: false }) ?? {};
    if (mtimeMs !== undefined && Date.now() - mtimeMs > UNUSED) fs.rmSync(file, { force: true });
  }
}
