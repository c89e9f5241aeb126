import { createHash } from 'node:crypto';
import {
  compareSemver,
  isListed,
  type Manifest,
  parseManifest,
  parseSemver,
  type ReleaseStatus,
} from '@gati/contract';
import type { ReleaseStore, StoredFile, StoredRelease, StoreHead } from '../../ports.ts';
import { storeError } from './errors.ts';
import { statusOf } from './head.ts';
import { DOCUMENT_FILE, MANIFEST_FILE } from './file-names.ts';

/** Returns the SHA-256 in hex, the name of a blob. */
export const sha256Hex = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

/**
 * Lists all releases, highest version first.
 * @param onDamaged see {@link ReleaseStore.list}
 */
export async function listReleases(
  store: ReleaseStore,
  onDamaged?: (version: string, error: unknown) => void,
): Promise<StoredRelease[]> {
  const releases = await store.list(onDamaged);
  return releases.sort((a, b) => compareSemver(parseSemver(b.version)!, parseSemver(a.version)!));
}

/**
 * Returns the release that a new build is compared with: the highest that was ever live, because
 * clients rely on it. If none was, the highest that may still go live. Never returns a withdrawn
 * release, or one that servers took back.
 * @param releases highest version first
 */
export function findBaseRelease(
  releases: StoredRelease[],
  head: StoreHead,
): StoredRelease | undefined {
  const find = (
    accepts: (status: ReleaseStatus, version: string) => boolean,
  ): StoredRelease | undefined =>
    releases.find(({ version }) => accepts(statusOf(head, version), version));
  return (
    find(isListed) ??
    find((status, version) => status === 'staged' && head.marks[version]?.quarantine === undefined)
  );
}

/**
 * Finds a release if the store has it, also when the records of others are damaged.
 * @throws {GatiError} GATI_RELEASE_DAMAGED when its record can't be read
 */
export async function findStored(
  store: ReleaseStore,
  version: string,
): Promise<StoredRelease | undefined> {
  const releases = await store.list((damaged, error) => {
    if (damaged === version) throw error;
  });
  return releases.find((release) => release.version === version);
}

/**
 * Finds a release, also when the records of others are damaged.
 * @throws {GatiError} GATI_RELEASE_UNKNOWN when the store has no such version
 * @throws {GatiError} GATI_RELEASE_DAMAGED when its record can't be read
 */
export async function findRelease(store: ReleaseStore, version: string): Promise<StoredRelease> {
  const releases = await listReleases(store, (damaged, error) => {
    if (damaged === version) throw error;
  });
  const found = releases.find((release) => release.version === version);
  if (found) return found;
  const known = releases.slice(0, 5).map((release) => release.version);
  throw storeError(
    'GATI_RELEASE_UNKNOWN',
    `The release store ${store.url} has no release ${version}.`,
    known.length === 0
      ? 'The store is empty: store the build with `gati release`.'
      : `It has ${known.join(', ')}${releases.length > known.length ? ' …' : ''}; see \`gati releases list\`.`,
  );
}

/**
 * Reads one file of a release and checks its digest.
 * @throws {GatiError} GATI_RELEASE_DAMAGED when the file is missing or differs from its digest
 */
export async function readStoredFile(
  store: ReleaseStore,
  release: StoredRelease,
  file: StoredFile,
): Promise<Uint8Array> {
  const bytes = await store.blob(file.sha256, file.bytes);
  const fault = !bytes
    ? 'is missing'
    : sha256Hex(bytes) === file.sha256
      ? undefined
      : 'differs from what was stored';
  if (bytes && fault === undefined) return bytes;
  throw storeError(
    'GATI_RELEASE_DAMAGED',
    `In the release store ${store.url} the file ${file.path} of release ${release.version} ${fault}.`,
    'Build the same sources again and run `gati release`, which restores the missing files. `gati releases verify` lists all damaged files.',
  );
}

/**
 * Reads the manifest of a release. Pruning a release keeps its manifest.
 * @throws {GatiError} GATI_RELEASE_DAMAGED when it is missing or differs from its digest
 */
export async function readManifest(store: ReleaseStore, release: StoredRelease): Promise<Manifest> {
  const file = release.files.find(({ path }) => path === MANIFEST_FILE);
  if (!file) {
    throw storeError(
      'GATI_RELEASE_DAMAGED',
      `Release ${release.version} in ${store.url} has no ${MANIFEST_FILE}.`,
      'Build and store it again under another version.',
    );
  }
  const bytes = await readStoredFile(store, release, file);
  const manifest = parseManifest(Buffer.from(bytes).toString('utf8'));
  const { version, id } = manifest.release;
  if (version === release.version && id === release.id) return manifest;
  throw storeError(
    'GATI_RELEASE_DAMAGED',
    `In the release store ${store.url} the ${MANIFEST_FILE} of release ${release.version} (${release.id}) is that of ${version} (${id}).`,
    'Restore release.json from a copy of the store. Or remove it, build the same sources again and run `gati release`.',
  );
}

/** Returns a function that reads the OpenAPI document, or `undefined` if the release has none. */
export function documentReader(
  store: ReleaseStore,
  release: StoredRelease,
): (() => Promise<string>) | undefined {
  const file = release.files.find(({ path }) => path === DOCUMENT_FILE);
  return (
    file && (async () => Buffer.from(await readStoredFile(store, release, file)).toString('utf8'))
  );
}

/** Whether the store has a blob of this length whose bytes have this digest. */
export async function hasIntactBlob(
  store: ReleaseStore,
  sha256: string,
  length: number,
): Promise<boolean> {
  const bytes = await store.blob(sha256, length);
  return bytes !== undefined && sha256Hex(bytes) === sha256;
}
