import { Readable } from 'node:stream';
import { GatiError, type Manifest } from '@gati/contract';
import { IMAGE, IMAGE_ENV, imageLabels } from '@gati/contract/internal';
import type { Build } from '../build/read-build.ts';
import { type Descriptor, sha256 } from '../registry/client.ts';
import type { BlobSource } from '../registry/upload.ts';
import type { Base, BaseImage } from './base.ts';
import type { Compression } from './compression.ts';
import { type LayerEntry, writeLayer } from './layer.ts';
import type { Layer } from './write-blob.ts';

/** A document of an image with its bytes. */
export interface Document {
  descriptor: Descriptor;
  bytes: Buffer;
}

/** An image that can be pushed: blobs first, then manifests, then the index that names them. */
export interface Image {
  /** The index, or the manifest of the only platform. */
  top: Document;
  /** Manifests of the platforms, if `top` is an index. */
  manifests: Document[];
  /** Layers and configs, each once. */
  blobs: BlobSource[];
  platforms: string[];
  /** Bytes of the largest platform, compressed. */
  size: number;
}

const CONFIG = 'application/vnd.oci.image.config.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
/** Dependencies that are not in the bundle change rarely, so they have a separate layer. */
const DEPENDENCIES = 'server/node_modules/';
const SECOND = 1_000_000_000;

/**
 * Builds the image of a build on a base. The same input gives the same digest.
 *
 * @param folder for the layers
 */
export async function buildImage(
  build: Build,
  base: Base,
  folder: string,
  compression: Compression = 'gzip',
): Promise<Image> {
  assertPlatforms(build.manifest, base);
  const layers = await writeLayers(build, folder, compression);
  const images = base.images.map((each) => onePlatform(each, base, build.manifest, layers));
  const blobs = new Map<string, BlobSource>();
  for (const { image, config } of images) {
    for (const layer of [...image.layers, ...layers]) blobs.set(layer.descriptor.digest, layer);
    blobs.set(config.descriptor.digest, fromMemory(config));
  }
  const size = Math.max(...images.map(({ size: bytes }) => bytes));
  const platforms = base.images.map(({ platform }) => platform);
  const manifests = images.map(({ manifest }) => manifest);
  if (!base.isIndex)
    return { top: manifests[0]!, manifests: [], blobs: [...blobs.values()], platforms, size };
  const top = toDocument(INDEX, {
    schemaVersion: 2,
    mediaType: INDEX,
    manifests: images.map(({ manifest, image }) => ({
      ...manifest.descriptor,
      platform: platformOf(image),
    })),
  });
  return { top, manifests, blobs: [...blobs.values()], platforms, size };
}

/** Native packages run on the platform that they were installed for. */
function assertPlatforms({ native }: Manifest, base: Base): void {
  if (!native) return;
  const architecture = native.arch === 'x64' ? 'amd64' : native.arch;
  const own = `${native.platform}/${architecture}`;
  const others = base.images.map(({ platform }) => platform).filter((each) => each !== own);
  if (others.length === 0) return;
  const names = native.packages.map(({ name }) => name).join(', ');
  throw new GatiError({
    code: 'GATI_DEPLOY_BUILD',
    message: `The build contains native code for ${own} (${names}), but the image is for ${others.join(', ')} too.`,
    fix: `Set \`image.platforms: [${own}]\`, or build on the platform that the image is for.`,
  });
}

async function writeLayers(
  build: Build,
  folder: string,
  compression: Compression,
): Promise<Layer[]> {
  const toEntry = (file: Build['files'][number], to = IMAGE.app as string): LayerEntry => ({
    path: `${to}/${file.path}`,
    source: { file: file.source, size: file.size },
    mode: file.isExecutable ? 0o755 : 0o644,
    owner: 0,
  });
  const dependencies = build.files.filter(({ path }) => path.startsWith(DEPENDENCIES));
  const rest = build.files.filter(({ path }) => !path.startsWith(DEPENDENCIES));
  const app = [
    ...rest.map((file) => toEntry(file)),
    { path: IMAGE.data, mode: 0o755, owner: IMAGE.user },
  ];
  const groups = [dependencies.map((file) => toEntry(file)), app].filter(
    ({ length }) => length > 0,
  );
  return await Promise.all(groups.map((entries) => writeLayer(entries, folder, compression)));
}

function onePlatform(
  image: BaseImage,
  base: Base,
  manifest: Manifest,
  layers: Layer[],
): { image: BaseImage; config: Document; manifest: Document; size: number } {
  const { rootfs, history, config: inherited = {}, ...facts } = image.config;
  const config = toDocument(CONFIG, {
    architecture: facts.architecture,
    os: facts.os,
    ...(facts.variant !== undefined && { variant: facts.variant }),
    // Time 0, as in the layers: the same input gives the same digest.
    created: '1970-01-01T00:00:00Z',
    config: runtimeConfig(inherited, base, manifest),
    rootfs: {
      type: 'layers',
      diff_ids: [...rootfs.diff_ids, ...layers.map(({ diffId }) => diffId)],
    },
    ...(Array.isArray(history) && {
      history: [...history, ...layers.map(() => ({ created_by: 'gati-deploy' }))],
    }),
  });
  const all = [...image.layers, ...layers].map(({ descriptor }) => descriptor);
  const document = toDocument(MANIFEST, {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: config.descriptor,
    layers: all,
    annotations: {
      ...imageLabels(manifest.name, manifest.release.version, manifest.release.id),
      'org.opencontainers.image.base.digest': image.descriptor.digest,
    },
  });
  const size = all.reduce((sum, each) => sum + each.size, 0);
  return { image, config, manifest: document, size };
}

/** The `config` of the image, with the same settings as in the Dockerfile of a build. */
function runtimeConfig(
  inherited: Record<string, unknown>,
  base: Base,
  { name, release }: Manifest,
): Record<string, unknown> {
  const { health } = IMAGE;
  const own = new Set(Object.keys(IMAGE_ENV));
  const kept = (Array.isArray(inherited['Env']) ? inherited['Env'] : []).filter(
    (line): line is string => typeof line === 'string' && !own.has(line.split('=')[0]!),
  );
  return {
    User: `${IMAGE.user}:${IMAGE.user}`,
    ExposedPorts: { [`${IMAGE.port}/tcp`]: {} },
    Env: [...kept, ...Object.entries(IMAGE_ENV).map(([key, value]) => `${key}=${value}`)],
    Entrypoint: IMAGE.entrypoint,
    Cmd: IMAGE.command,
    WorkingDir: IMAGE.app,
    Volumes: { [IMAGE.data]: {} },
    Labels: {
      ...(inherited['Labels'] as Record<string, string> | undefined),
      ...imageLabels(name, release.version, release.id),
      'org.opencontainers.image.base.digest': base.digest,
    },
    // Docker reads it; Kubernetes has probes.
    Healthcheck: {
      Test: ['CMD', ...health.command],
      Interval: health.interval * SECOND,
      Timeout: health.timeout * SECOND,
      StartPeriod: health.startPeriod * SECOND,
      Retries: health.retries,
    },
  };
}

function platformOf({ config }: BaseImage): Descriptor['platform'] {
  const { os, architecture, variant } = config;
  return { os, architecture, ...(variant !== undefined && { variant }) };
}

function toDocument(mediaType: string, value: unknown): Document {
  const bytes = Buffer.from(JSON.stringify(value));
  return { descriptor: { mediaType, digest: sha256(bytes), size: bytes.length }, bytes };
}

const fromMemory = ({ descriptor, bytes }: Document): BlobSource => ({
  descriptor,
  open: async (start, end) => Readable.from([bytes.subarray(start, end)]),
});
