import { Readable } from 'node:stream';
import { isObject } from '@gati/contract/data';
import { discard } from '../http/request.ts';
import { type Descriptor, type Registry, sha256 } from './client.ts';
import { pushManifest, uploadBlob } from './upload.ts';

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
  const config = { mediaType: 'application/vnd.oci.empty.v1+json', ...descriptorOf(EMPTY) };
  const layer = { mediaType: artifactType, ...descriptorOf(bytes) };
  for (const [descriptor, content] of [
    [config, EMPTY],
    [layer, bytes],
  ] as const)
    await uploadBlob(registry, repository, {
      descriptor,
      open: async (start, end) => Readable.from([content.subarray(start, end)]),
    });
  const { mediaType, digest, size } = subject;
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      artifactType,
      config,
      layers: [layer],
      subject: { mediaType, digest, size },
    }),
  );
  const descriptor = { mediaType: MANIFEST, ...descriptorOf(manifest), artifactType };
  const { hasReferrers } = await pushManifest(registry, repository, {
    descriptor,
    bytes: manifest,
  });
  if (hasReferrers || (await listsReferrers(registry, repository, digest))) return 'referrers';
  await addToTag(registry, repository, digest.replace(':', '-'), descriptor);
  return 'tag';
}

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
