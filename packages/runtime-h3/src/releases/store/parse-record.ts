import type { StoredRelease } from '../../ports.ts';
import { storeError } from './errors.ts';

/**
 * Parses the record of a release, `release.json`.
 * @throws {GatiError} GATI_RELEASE_DAMAGED when the text is not the record of this version
 */
export function parseRecord(url: string, version: string, text = ''): StoredRelease {
  let cause: unknown;
  try {
    const record = JSON.parse(text) as Partial<StoredRelease> | null;
    if (record?.version === version && typeof record.id === 'string' && Array.isArray(record.files))
      return record as StoredRelease;
  } catch (error) {
    cause = error;
  }
  throw storeError(
    'GATI_RELEASE_DAMAGED',
    `In the release store ${url} the record of release ${version} (release.json) can't be read: it differs from what was stored.`,
    'Restore it from a copy of the store. Or remove it, build the same sources again and run `gati release`. `gati releases verify` lists all damaged files.',
    cause,
  );
}

/** Adds a record to `known`. Passes an unreadable one to `onDamaged`, or throws without it. */
export function cacheRecord(
  known: Map<string, StoredRelease>,
  key: string,
  {
    read,
    version,
    onDamaged,
  }: {
    read: () => StoredRelease;
    version: string;
    onDamaged: ((version: string) => void) | undefined;
  },
): void {
  try {
    known.set(key, read());
  } catch (error) {
    if (!onDamaged) throw error;
    onDamaged(version);
  }
}
