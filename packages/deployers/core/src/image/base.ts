import fs from 'node:fs';
import path from 'node:path';
import { GatiError } from '@gati/contract';
import { blobOf, isDescriptor } from '../registry/blob.ts';
import { damagedError, type Descriptor, Registry, sha256 } from '../registry/client.ts';
import { DIGEST, parseReference, printReference } from '../registry/reference.ts';
import type { BlobSource } from '../registry/upload.ts';

/** The members of an image's config that are read. */
export interface ImageConfig extends Record<string, unknown> {
  architecture: string;
  os: string;
  variant?: string;
  config?: Record<string, unknown>;
  rootfs: { type: 'layers'; diff_ids: string[] };
  history?: unknown[];
}

/** The base for one platform. */
export interface BaseImage {
  /** For example `linux/amd64`. */
  platform: string;
  descriptor: Descriptor;
  config: ImageConfig;
  layers: BlobSource[];
  /** Digests of the layers before they were compressed with Zstandard. */
  sources?: string[];
}

export interface Base {
  /** With the digest that the name has now. */
  name: string;
  digest: string;
  /** Whether the base is an index, so that the image becomes one too. */
  isIndex: boolean;
  images: BaseImage[];
}

/** Source of the manifests and blobs of the base: a registry or a folder. */
interface Source {
  name: string;
  manifest(reference?: string): Promise<{ descriptor: Descriptor; value: Record<string, unknown> }>;
  blob(descriptor: Descriptor): Promise<Buffer>;
  layer(descriptor: Descriptor): BlobSource;
}

/** Platforms of the machines that clouds offer. */
const COMMON_PLATFORMS = ['linux/amd64', 'linux/arm64'];
const LAYOUT = 'oci:';
const MANIFEST_LIMIT = 4 * 1_048_576;
const LAYERS_LIMIT = 127;

/**
 * Reads the base image.
 *
 * @param name `gcr.io/distroless/nodejs24-debian12:nonroot`, or `oci:FOLDER` for an OCI layout
 * @param platforms of the image; `undefined` for `linux/amd64` and `linux/arm64` if the base is for
 * them, otherwise all Linux platforms of the base
 * @param root folder that a relative layout is in
 */
export async function readBase(
  name: string,
  platforms: string[] | undefined,
  { root, registry }: { root: string; registry(host: string): Registry },
): Promise<Base> {
  const source = name.startsWith(LAYOUT)
    ? openLayout(path.resolve(root, name.slice(LAYOUT.length)))
    : openRegistry(name, registry);
  const top = await source.manifest();
  const { manifests } = top.value;
  const isIndex = Array.isArray(manifests);
  const candidates = isIndex
    ? await Promise.all(
        manifests
          .filter(isDescriptor)
          .filter(({ platform }) => platform?.os === 'linux' && platform.architecture !== 'unknown')
          .map(async (each) => await source.manifest(each.digest)),
      )
    : [top];
  const images = await Promise.all(candidates.map((each) => readImage(source, each)));
  const chosen = choose(name, images, platforms);
  return { name: source.name, digest: top.descriptor.digest, isIndex, images: chosen };
}

function choose(name: string, images: BaseImage[], platforms: string[] | undefined): BaseImage[] {
  const available = images.map(({ platform }) => platform);
  const missing = (platforms ?? []).filter((platform) => !available.includes(platform));
  if (missing.length > 0)
    throw new GatiError({
      code: 'GATI_DEPLOY_REGISTRY',
      message: `The base image ${name} is not for ${missing.join(', ')}; it is for ${available.join(', ')}.`,
      fix: 'Name one of its platforms in `image.platforms`, or another image in `image.base`.',
    });
  const common = available.filter((platform) => COMMON_PLATFORMS.includes(platform));
  const wanted = platforms ?? (common.length > 0 ? common : available);
  return images
    .filter(({ platform }) => wanted.includes(platform))
    .sort((a, b) => (a.platform < b.platform ? -1 : 1));
}

async function readImage(
  source: Source,
  { descriptor, value }: { descriptor: Descriptor; value: Record<string, unknown> },
): Promise<BaseImage> {
  const { config: configDescriptor, layers } = value;
  if (!isDescriptor(configDescriptor) || !Array.isArray(layers) || !layers.every(isDescriptor))
    throw damagedError(source.name, 'its manifest has no config and layers');
  if (layers.length > LAYERS_LIMIT)
    throw damagedError(source.name, `it has ${layers.length} layers`);
  const config = JSON.parse((await source.blob(configDescriptor)).toString('utf8')) as ImageConfig;
  const { architecture, os, variant, rootfs } = config;
  if (
    typeof architecture !== 'string' ||
    typeof os !== 'string' ||
    rootfs?.diff_ids?.length !== layers.length
  )
    throw damagedError(source.name, 'its config is not that of its layers');
  const platform = [os, architecture, variant]
    .filter(Boolean)
    .join('/')
    .replace('arm64/v8', 'arm64');
  return { platform, descriptor, config, layers: layers.map((each) => source.layer(each)) };
}

function openRegistry(name: string, registryOf: (host: string) => Registry): Source {
  const reference = parseReference(name);
  const { host, repository, tag = 'latest', digest } = reference;
  const registry = registryOf(host);
  return {
    name: printReference(reference),
    async manifest(wanted = digest ?? tag) {
      const found = await registry.readManifest(repository, wanted);
      if (found) return found;
      throw new GatiError({
        code: 'GATI_DEPLOY_REGISTRY',
        message: `There is no base image ${host}/${repository}${DIGEST.test(wanted) ? '@' : ':'}${wanted}.`,
        fix: 'Correct `image.base`, or leave it out.',
      });
    },
    blob: (descriptor) => registry.readBlob(repository, descriptor),
    layer: (descriptor) => blobOf(registry, repository, toOci(descriptor)),
  };
}

/** Layers of Docker have the same bytes as those of OCI, under another type. */
function toOci({ mediaType, digest, size }: Descriptor): Descriptor {
  return {
    mediaType: mediaType
      .replace('vnd.docker.image.rootfs.diff.tar.gzip', 'vnd.oci.image.layer.v1.tar+gzip')
      .replace('vnd.docker.image.rootfs.diff.tar', 'vnd.oci.image.layer.v1.tar'),
    digest,
    size,
  };
}

/** @see https://github.com/opencontainers/image-spec/blob/main/image-layout.md */
function openLayout(folder: string): Source {
  const fileOf = (digest: string): string =>
    path.join(folder, 'blobs', ...digest.split(':').slice(0, 2));
  const read = (file: string): Buffer => {
    if (!fs.existsSync(file))
      throw damagedError(folder, `there is no ${path.relative(folder, file)}`);
    if (fs.statSync(file).size > MANIFEST_LIMIT)
      throw damagedError(folder, `${path.relative(folder, file)} is longer than 4 MiB`);
    return fs.readFileSync(file);
  };
  const readBlob = (digest: string): Buffer => {
    const bytes = read(fileOf(digest));
    if (sha256(bytes) !== digest) throw damagedError(folder, `${digest} has other bytes`);
    return bytes;
  };
  return {
    name: `oci:${folder}`,
    async manifest(wanted) {
      if (wanted === undefined) {
        const index = JSON.parse(read(path.join(folder, 'index.json')).toString('utf8')) as {
          manifests?: unknown[];
        };
        const [first, ...more] = (index.manifests ?? []).filter(isDescriptor);
        if (!first || more.length > 0)
          throw damagedError(folder, 'its index.json must name one image');
        wanted = first.digest;
      }
      const bytes = readBlob(wanted);
      const value = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
      const mediaType = String(value['mediaType'] ?? 'application/vnd.oci.image.manifest.v1+json');
      return { descriptor: { mediaType, digest: wanted, size: bytes.length }, value };
    },
    blob: async ({ digest }) => readBlob(digest),
    layer: (descriptor) => ({
      descriptor: toOci(descriptor),
      open: async (start, end) =>
        fs.createReadStream(fileOf(descriptor.digest), { start, end: end - 1 }),
    }),
  };
}
