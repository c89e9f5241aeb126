import type { Readable } from 'node:stream';
import { GatiError } from '@gati/contract';
import { discard, type HttpResponse } from '../http/request.ts';
import type { Descriptor, Registry } from './client.ts';
import { DIGEST } from './reference.ts';

/** A blob that can be read from any offset, so that an upload can continue. */
export interface BlobSource {
  descriptor: Descriptor;
  /** Repository that already has the blob, for a mount. */
  from?: { host: string; repository: string };
  /** Opens the bytes from `start` to before `end`. */
  open(start: number, end: number): Promise<Readable>;
}

/** How a blob came into the repository. */
export type Uploaded = 'present' | 'mounted' | 'uploaded';

/** Bytes of one request. Registries on S3 need at least 5 MiB for all but the last. */
const CHUNK = 16 * 1_048_576;
/** Maximum number of times that an upload continues after a broken request. */
const RESUMES = 5;

/** Makes sure that a repository has a blob: finds it, mounts it, or uploads it. */
export async function uploadBlob(
  registry: Registry,
  repository: string,
  source: BlobSource,
): Promise<Uploaded> {
  const { descriptor, from } = source;
  if (await hasBlob(registry, repository, descriptor.digest)) return 'present';
  const mount =
    from?.host === registry.host && from.repository !== repository ? from.repository : undefined;
  const begun = await begin(registry, repository, descriptor.digest, mount);
  if (begun === undefined) return 'mounted';
  await sendChunks(registry, repository, source, begun);
  return 'uploaded';
}

async function hasBlob(registry: Registry, repository: string, digest: string): Promise<boolean> {
  const response = await registry.request({
    method: 'HEAD',
    path: `${repository}/blobs/${digest}`,
    repository,
    action: 'pull,push',
  });
  discard(response);
  if (response.status === 200) return true;
  if (response.status === 404) return false;
  return await registry.fail(`Can't check for a layer in ${repository}`, response);
}

/** Starts an upload and returns its address; `undefined` if the registry mounted the blob. */
async function begin(
  registry: Registry,
  repository: string,
  digest: string,
  mount: string | undefined,
): Promise<URL | undefined> {
  const query =
    mount === undefined ? '' : `?${new URLSearchParams({ mount: digest, from: mount })}`;
  const response = await registry.request({
    method: 'POST',
    path: `${repository}/blobs/uploads/${query}`,
    repository,
    action: 'pull,push',
    from: mount,
  });
  if (response.status === 201) return void discard(response);
  if (response.status !== 202) {
    // A registry may reject a mount from a repository that it does not let this account read.
    if (mount === undefined) return await registry.fail(`Can't push to ${repository}`, response);
    discard(response);
    return await begin(registry, repository, digest, undefined);
  }
  discard(response);
  return locationOf(registry, response);
}

async function sendChunks(
  registry: Registry,
  repository: string,
  { descriptor, open }: BlobSource,
  begun: URL,
): Promise<void> {
  const { size, digest } = descriptor;
  let location = begun;
  let offset = 0;
  let resumes = 0;
  while (offset < size) {
    const end = Math.min(offset + CHUNK, size);
    const start = offset;
    const sent = await once(registry, {
      method: 'PATCH',
      path: location,
      repository,
      action: 'pull,push',
      headers: {
        'content-type': 'application/octet-stream',
        'content-range': `${start}-${end - 1}`,
      },
      body: async () => ({ stream: await open(start, end), size: end - start }),
    });
    if (sent !== undefined && (sent.status === 202 || sent.status === 204)) {
      discard(sent);
      location = locationOf(registry, sent);
      offset = end;
      continue;
    }
    const isLost =
      sent === undefined || sent.status === 416 || sent.status === 429 || sent.status >= 500;
    if (!isLost || ++resumes > RESUMES) return await giveUp(registry, repository, sent);
    await registry.pause(resumes, sent);
    if (sent) discard(sent);
    const state = await uploadState(registry, repository, location);
    location = state?.location ?? (await begin(registry, repository, digest, undefined))!;
    offset = state?.offset ?? 0;
  }
  await finish(registry, repository, digest, location);
}

/**
 * Sends a request once; `undefined` if its connection broke. An upload continues after the bytes
 * that arrived.
 */
async function once(
  registry: Registry,
  request: Parameters<Registry['requestOnce']>[0],
): Promise<HttpResponse | undefined> {
  return await registry.requestOnce(request).catch((error: unknown) => {
    if (error instanceof GatiError) throw error;
    return undefined;
  });
}

async function giveUp(
  registry: Registry,
  repository: string,
  response: HttpResponse | undefined,
): Promise<never> {
  if (response) return await registry.fail(`Can't push a layer to ${repository}`, response);
  throw new GatiError({
    code: 'GATI_DEPLOY_REGISTRY',
    message: `The connection to ${registry.host} broke ${RESUMES + 1} times while it received a layer.`,
    fix: 'Run the command again. It continues with the parts that are missing.',
  });
}

/**
 * Returns the state of an upload in the registry; `undefined` if the registry does not know it any
 * more.
 */
async function uploadState(
  registry: Registry,
  repository: string,
  location: URL,
): Promise<{ location: URL; offset: number } | undefined> {
  const response = await registry.request({
    method: 'GET',
    path: location,
    repository,
    action: 'pull,push',
  });
  discard(response);
  if (response.status !== 204) return undefined;
  const last = /^(?:bytes=)?0-(\d{1,15})$/.exec(String(response.headers.range ?? ''))?.[1];
  // An upload without a byte has the range 0-0 as well as one with a single byte: begin at 0 then.
  const offset = last === undefined || last === '0' ? 0 : Number(last) + 1;
  return { location: locationOf(registry, response, location), offset };
}

async function finish(
  registry: Registry,
  repository: string,
  digest: string,
  location: URL,
): Promise<void> {
  const path = new URL(location);
  path.searchParams.set('digest', digest);
  const response = await registry.request({
    method: 'PUT',
    path,
    repository,
    action: 'pull,push',
    headers: { 'content-type': 'application/octet-stream' },
    body: () => Buffer.alloc(0),
  });
  if (response.status === 201 || response.status === 204) return discard(response);
  // The response of a first, successful try may have been lost.
  if (await hasBlob(registry, repository, digest)) return discard(response);
  await registry.fail(`Can't finish a layer in ${repository}`, response);
}

function locationOf(registry: Registry, { headers }: HttpResponse, before?: URL): URL {
  const { location } = headers;
  if (location !== undefined) return registry.resolve(location);
  if (before) return before;
  throw new GatiError({
    code: 'GATI_DEPLOY_REGISTRY',
    message: `${registry.host} accepted an upload without naming its address.`,
    fix: 'Check the proxy in front of the registry: it must pass the header `Location` on.',
  });
}

/** Pushes a manifest or an index by its digest, if the registry does not have it. */
export async function pushManifest(
  registry: Registry,
  repository: string,
  { descriptor, bytes }: { descriptor: Descriptor; bytes: Buffer },
  reference: string = descriptor.digest,
): Promise<{ hasReferrers: boolean; isNew: boolean }> {
  const name = `${registry.host}/${repository}:${reference}`;
  const known = await registry.headManifest(repository, reference);
  if (known === descriptor.digest) return { hasReferrers: false, isNew: false };
  const response = await registry.request({
    method: 'PUT',
    path: `${repository}/manifests/${reference}`,
    repository,
    action: 'pull,push',
    headers: { 'content-type': descriptor.mediaType },
    body: () => bytes,
  });
  if (response.status !== 201) {
    // A registry with immutable tags rejects the second of two requests, also when the first one's
    // response was lost.
    if (!DIGEST.test(reference)) {
      const now = await registry.headManifest(repository, reference);
      if (now === descriptor.digest) {
        discard(response);
        return { hasReferrers: false, isNew: false };
      }
    }
    await registry.fail(`Can't push ${name}`, response);
  }
  discard(response);
  return { hasReferrers: response.headers['oci-subject'] !== undefined, isNew: true };
}
