import type { StoredRelease } from '../../ports.ts';
import { storeError } from './errors.ts';

/** The record of a release as it was stored. @throws GatiError `GATI_RELEASE_DAMAGED` */
export function parseRecord(url: string, version: string, text: string): StoredRelease {
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
    `In the release store ${url} the record of release ${version} (release.json) can't be read: it is not what was stored.`,
    'Put it back from a copy of the store, or remove it, build the same sources again and run `gati release`; `gati releases verify` lists all that is damaged.',
    cause,
  );
}

/** Keeps what can be read in `known`. Tells of the others, or throws where nobody asks. */
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
