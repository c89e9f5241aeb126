import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { GatiError } from '@gati/contract';

/** Compression of the layers of an image. */
export type Compression = 'gzip' | 'zstd';

/** @see https://github.com/opencontainers/image-spec/blob/main/layer.md#zstd-media-types */
export const LAYER_TYPES: Record<Compression, string> = {
  gzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  zstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
};

/** Node has Zstandard since 22.15. The types of Node 20 do not know it. */
const { createZstdCompress } = zlib as {
  createZstdCompress?: (options: { params: Record<number, number> }) => Transform;
};

/**
 * `ZSTD_c_compressionLevel` in `zstd.h`. Several workers of Zstandard break the stream of Node 24.
 */
const LEVEL = 100;

/**
 * Chooses the compression: `zstd` where this Node has it, since nodes of Kubernetes read it and an
 * image gets a fifth smaller.
 *
 * @throws {GatiError} GATI_DEPLOY_CONFIG when the configuration requires `zstd` and Node has none
 */
export function chooseCompression(wanted: Compression | undefined): Compression {
  if (wanted === 'zstd' && !createZstdCompress)
    throw new GatiError({
      code: 'GATI_DEPLOY_CONFIG',
      message: `Node ${process.versions.node} can't compress with zstd.`,
      fix: 'Use Node 22.15 or later, or leave out `image.compression`.',
    });
  return wanted ?? (createZstdCompress ? 'zstd' : 'gzip');
}

/**
 * Creates a stream that compresses. The same bytes give the same result.
 *
 * @param effort `high` is for layers that are compressed once: Node 24 takes 34.7 instead of
 * 44.8 MB, and half a minute of CPU time
 */
export function createCompressor(compression: Compression, effort: 'low' | 'high'): Transform {
  if (compression === 'gzip') return zlib.createGzip({ level: 6 });
  return createZstdCompress!({ params: { [LEVEL]: effort === 'high' ? 17 : 9 } });
}
