import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { GatiError } from '@gati/contract';
import { IMAGE } from '@gati/contract/internal';
import { type Build, readBuild } from '../build/read-build.ts';
import type { Settings } from '../config/settings.ts';
import { type Base, readBase } from '../image/base.ts';
import { buildImage, type Image } from '../image/build-image.ts';
import { compressBase } from '../image/compress-base.ts';
import { chooseCompression } from '../image/compression.ts';
import { withPanelModule } from '../image/panel-module.ts';
import { createProvenance } from '../image/provenance.ts';
import { findPublished, type Repository } from '../image/published-base.ts';
import type { CloudSession } from '../cloud/port.ts';
import { pushImage, type Pushed } from '../image/push-image.ts';
import { createSbom } from '../image/sbom.ts';
import { packContract } from '../objects/contract-map.ts';
import { domainPaths } from '../objects/domain-paths.ts';
import { clusterModules } from '../objects/modules.ts';
import type { ReleaseFacts } from '../objects/target.ts';
import { Registry, type RegistryOptions } from '../registry/client.ts';
import { parseReference, printReference } from '../registry/reference.ts';
import type { Call } from './command.ts';

/**
 * A built image, before it is pushed. Its layers are in a folder that exists as long as the call.
 */
export interface BuiltImage {
  build: Build;
  base: Base;
  image: Image;
}

export function buildFolder({ root, options }: Pick<Call, 'root' | 'options'>): string {
  return path.resolve(root, typeof options['outDir'] === 'string' ? options['outDir'] : 'dist');
}

/** Runs `work` with a temporary folder. */
export async function withTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gati-deploy-'));
  try {
    return await work(folder);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Builds the image and reports it as a step.
 *
 * @param session of a cloud, whose repository may have layers that earlier deploys compressed
 */
export async function buildStep(
  { root, reporter, options }: Call,
  settings: Settings,
  folder: string,
  session?: Pick<CloudSession, 'registry'>,
): Promise<BuiltImage> {
  const { base: name = IMAGE.base, platforms, compression: wanted } = settings.image ?? {};
  const compression = chooseCompression(wanted);
  return await reporter.step(
    'image',
    async () => {
      const build = withPanelModule(readBuild(buildFolder({ root, options })), settings);
      const base = await readBase(name, platforms, {
        root,
        registry: (host) => new Registry(host),
      });
      const compressed =
        compression === 'zstd'
          ? await compressBase(
              base,
              cacheFolder(folder),
              findPublished(() => openRepository(settings, session)),
            )
          : base;
      const image = await buildImage(build, compressed, folder, compression);
      return { build, base: compressed, image };
    },
    ({ image }) =>
      `${image.platforms.join(', ')}, ${megabytes(image.size)} compressed, ${image.top.descriptor.digest.slice(0, 19)}`,
  );
}

/**
 * Returns the folder for layers of bases, which many deploys use.
 *
 * @param temporary used if the cache of this machine can't be written
 */
function cacheFolder(temporary: string): string {
  const cache = process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache');
  const folder = path.join(cache, 'gati-deploy/layers');
  try {
    fs.mkdirSync(folder, { recursive: true });
    fs.accessSync(folder, fs.constants.W_OK);
    return folder;
  } catch {
    return temporary;
  }
}

/**
 * Opens the repository of the cloud with its credentials, or else the repository of the settings.
 */
export async function openRepository(
  settings: Settings,
  session: Pick<CloudSession, 'registry'> | undefined,
): Promise<Repository | undefined> {
  const own = await session?.registry();
  const name = own?.repository ?? settings.image?.repository;
  if (name === undefined) return undefined;
  const { host, repository } = parseReference(name);
  return { registry: new Registry(host, registryOptions(own)), repository };
}

/** Returns the options for a registry whose credentials come from a cloud. */
export const registryOptions = (
  own: Awaited<ReturnType<CloudSession['registry']>> | undefined,
): RegistryOptions => (own ? { credentials: async () => own.credentials } : {});

/** Returns the reference that the image will have once it is pushed. */
export function referenceOf(settings: Settings, { build, image }: BuiltImage): string {
  const { host, repository } = parseReference(settings.image?.repository ?? build.manifest.name);
  return printReference({ host, repository, digest: image.top.descriptor.digest });
}

/** Returns the facts of the release whose image was built. */
export function releaseFacts(
  settings: Settings,
  { build: { manifest, basePath } }: Pick<BuiltImage, 'build'>,
  image: string,
): ReleaseFacts {
  const { id, version } = manifest.release;
  const paths = domainPaths(manifest, settings, basePath);
  const contract = packContract(manifest);
  const modules = clusterModules(manifest, settings);
  return {
    id,
    version,
    image,
    ...(paths && { paths }),
    ...(modules.length > 0 && { modules }),
    ...(contract !== undefined && { contract }),
    ...(manifest.databaseMigrations?.length && { migrates: true }),
  };
}

/** Pushes the image and reports it as a step. */
export async function pushStep(
  { root, reporter }: Call,
  settings: Settings,
  { build, base, image }: BuiltImage,
  options: RegistryOptions = {},
): Promise<Pushed> {
  const name = settings.image?.repository;
  if (name === undefined)
    throw new GatiError({
      code: 'GATI_DEPLOY_CONFIG',
      message: '`image.repository` is missing.',
      fix: 'Name in gati.deploy.yaml where the image is pushed: HOST/REPOSITORY.',
    });
  const { host, repository } = parseReference(name);
  const { manifest } = build;
  const { digest } = image.top.descriptor;
  const attachments =
    settings.image?.attestations === false
      ? []
      : [createSbom(build), createProvenance(root, digest, base, manifest)];
  const pushed = await reporter.step(
    'registry',
    () =>
      pushImage(image, new Registry(host, options), repository, {
        base,
        version: manifest.release.version,
        attachments,
      }),
    ({ blobs, sent }) =>
      `${host}/${repository}, ${blobs.uploaded} uploaded (${megabytes(sent)}), ${blobs.mounted} mounted, ${blobs.present} present`,
  );
  if (pushed.warning !== undefined)
    reporter.warn(`the documents about the image could not be pushed: ${pushed.warning}`);
  return pushed;
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
