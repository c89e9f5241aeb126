import { Readable } from 'node:stream';
import { isObject } from '@gati/contract/data';
import { discard } from '../http/request.ts';
import { type Descriptor, type Registry, sha256 } from './client.ts';
import { type BlobSource, pushManifest, uploadBlob } from './upload.ts';

/** A document about an image: its bill of materials, or its provenance. */
export interface Attachment {
  artifactType: string;
  bytes: Buffer;
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const EMPTY = Buffer.from('{}');
/** Maximum number of descriptors in an index of referrers. */
const REFERRERS_LIMIT = 1000;

/**
 * Attaches a document to an image. A registry without the referrers API gets the list of documents
 * under a tag, as the specification says.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests-with-subject
 */
export async function attach(
  registry: Registry,
  repository: string,
  subject: Descriptor,
  { artifactType, bytes }: Attachment,
): Promise<'referrers' | 'tag'> {
  const layer = { mediaType: artifactType, ...descriptorOf(bytes) };
  await uploadBlob(registry, repository, fromMemory(layer, bytes));
  const { mediaType, digest, size } = subject;
  const { descriptor, hasReferrers } = await pushArtifact(registry, repository, {
    artifactType,
    layers: [layer],
    subject: { mediaType, digest, size },
  });
  if (hasReferrers || (await listsReferrers(registry, repository, digest))) return 'referrers';
  await addToTag(registry, repository, digest.replace(':', '-'), descriptor);
  return 'tag';
}

/**
 * Pushes a manifest that is not an image. Its layers are in the repository already.
 *
 * @param tag without one, the manifest has only its digest
 * @see https://github.com/opencontainers/image-spec/blob/main/manifest.md#guidelines-for-artifact-usage
 */
export async function pushArtifact(
  registry: Registry,
  repository: string,
  {
    artifactType,
    layers,
    subject,
    tag,
  }: { artifactType: string; layers: Descriptor[]; subject?: Descriptor; tag?: string },
): Promise<{ descriptor: Descriptor; hasReferrers: boolean }> {
  const config = { mediaType: 'application/vnd.oci.empty.v1+json', ...descriptorOf(EMPTY) };
  await uploadBlob(registry, repository, fromMemory(config, EMPTY));
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      artifactType,
      config,
      layers,
      ...(subject && { subject }),
    }),
  );
  const descriptor = { mediaType: MANIFEST, ...descriptorOf(bytes), artifactType };
  const { hasReferrers } = await pushManifest(registry, repository, { descriptor, bytes }, tag);
  return { descriptor, hasReferrers };
}

const fromMemory = (descriptor: Descriptor, bytes: Buffer): BlobSource => ({
  descriptor,
  open: async (start, end) => Readable.from([bytes.subarray(start, end)]),
});

/** Whether the registry has the API. It may not say so when it has the manifest already. */
async function listsReferrers(
  registry: Registry,
  repository: string,
  digest: string,
): Promise<boolean> {
  const response = await registry.request({
    method: 'GET',
    path: `${repository}/referrers/${digest}`,
    repository,
    action: 'pull',
  });
  discard(response);
  return response.status === 200;
}

async function addToTag(
  registry: Registry,
  repository: string,
  tag: string,
  descriptor: Descriptor,
): Promise<void> {
  const before = await registry.readManifest(repository, tag);
  const listed = Array.isArray(before?.value['manifests']) ? before.value['manifests'] : [];
  const others = listed.filter((each) => isObject(each)).slice(0, REFERRERS_LIMIT);
  if (others.some(({ digest }) => digest === descriptor.digest)) return;
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: INDEX,
      manifests: [...others, descriptor],
    }),
  );
  const index = { mediaType: INDEX, ...descriptorOf(bytes) };
  await pushManifest(registry, repository, { descriptor: index, bytes }, tag);
}

const descriptorOf = (bytes: Buffer): { digest: string; size: number } => ({
  digest: sha256(bytes),
  size: bytes.length,
});
