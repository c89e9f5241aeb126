import { createHash } from 'node:crypto';
import { compareSemver, type Manifest, parseManifest, parseSemver } from '@gati/contract';
import type { ReleaseStore, StoredFile, StoredRelease, StoreHead } from '../../ports.ts';
import { storeError } from './errors.ts';
import { statusOf } from './head.ts';
import { DOCUMENT_FILE, MANIFEST_FILE } from './file-names.ts';

export const sha256Hex = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

/** All releases, highest version first. */
export async function listReleases(
  store: ReleaseStore,
  onDamaged?: (version: string) => void,
): Promise<StoredRelease[]> {
  const releases = await store.list(onDamaged);
  return releases.sort((a, b) => compareSemver(parseSemver(b.version)!, parseSemver(a.version)!));
}

/** The release that a new build is compared with: the highest that was not withdrawn. `releases`: highest first. */
export function findBaseRelease(
  releases: StoredRelease[],
  head: StoreHead,
): StoredRelease | undefined {
  return releases.find(({ version }) => statusOf(head, version) !== 'withdrawn');
}

/** @throws GatiError `GATI_RELEASE_UNKNOWN` */
export async function findRelease(store: ReleaseStore, version: string): Promise<StoredRelease> {
  const releases = await listReleases(store);
  const found = releases.find((release) => release.version === version);
  if (found) return found;
  const known = releases.slice(0, 5).map((release) => release.version);
  throw storeError(
    'GATI_RELEASE_UNKNOWN',
    `The release store ${store.url} has no release ${version}.`,
    known.length === 0
      ? 'It is empty: put the build into it with `gati release`.'
      : `It has ${known.join(', ')}${releases.length > known.length ? ' …' : ''}; see \`gati releases list\`.`,
  );
}

/** One file of a release. What is read is what was stored, or it is an error. @throws GatiError `GATI_RELEASE_DAMAGED` */
export async function readStoredFile(
  store: ReleaseStore,
  release: StoredRelease,
  file: StoredFile,
): Promise<Uint8Array> {
  const bytes = await store.blob(file.sha256);
  const fault = !bytes
    ? 'is missing'
    : sha256Hex(bytes) === file.sha256
      ? undefined
      : 'is not what was stored';
  if (bytes && fault === undefined) return bytes;
  throw storeError(
    'GATI_RELEASE_DAMAGED',
    `In the release store ${store.url} the file ${file.path} of release ${release.version} ${fault}.`,
    'Build the same sources again and run `gati release`, which puts back what is missing; `gati releases verify` lists all of it.',
  );
}

/** The manifest outlives the code of a release. */
export async function readManifest(store: ReleaseStore, release: StoredRelease): Promise<Manifest> {
  const file = release.files.find(({ path }) => path === MANIFEST_FILE);
  if (!file) {
    throw storeError(
      'GATI_RELEASE_DAMAGED',
      `Release ${release.version} in ${store.url} has no ${MANIFEST_FILE}.`,
      'Build and store it again under another version.',
    );
  }
  return parseManifest(Buffer.from(await readStoredFile(store, release, file)).toString('utf8'));
}

/** The OpenAPI document of a release; `undefined`: it was stored without one. */
export function documentReader(
  store: ReleaseStore,
  release: StoredRelease,
): (() => Promise<string>) | undefined {
  const file = release.files.find(({ path }) => path === DOCUMENT_FILE);
  return (
    file && (async () => Buffer.from(await readStoredFile(store, release, file)).toString('utf8'))
  );
}

export async function hasIntactBlob(store: ReleaseStore, sha256: string): Promise<boolean> {
  const bytes = await store.blob(sha256);
  return bytes !== undefined && sha256Hex(bytes) === sha256;
}

/** Several at a time, but not thousands of files at once. Throws the first error, when nothing is under way any more: what follows may remove it all. */
export async function forEachLimited<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
  width = 8,
): Promise<void> {
  const queue = items.values();
  let failure: { error: unknown } | undefined;
  const worker = async (): Promise<void> => {
    for (const item of queue) {
      if (failure) return;
      await work(item).catch((error: unknown) => (failure ??= { error }));
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  if (failure) throw failure.error;
}
