import type { StoredRelease } from '../../ports.ts';
import { parseRecordText } from './documents.ts';
import { storeError } from './errors.ts';

/**
 * Parses the record of a release, `release.json`.
 * @param text `undefined` when the file is missing
 * @throws {GatiError} GATI_RELEASE_DAMAGED when the text is not the record of this version
 */
export function parseRecord(url: string, version: string, text: string | undefined): StoredRelease {
  const parsed = parseRecordText(text);
  if ('value' in parsed && parsed.value.version === version) return parsed.value;
  const reason = 'fault' in parsed ? parsed.fault : `it is that of ${parsed.value.version}`;
  throw storeError(
    'GATI_RELEASE_DAMAGED',
    `In the release store ${url} the record of release ${version} (release.json) can't be read: ${reason}.`,
    'Restore it from a copy of the store. Or remove it, build the same sources again and run `gati release`. `gati releases verify` lists all damaged files.',
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
    onDamaged: ((version: string, error: unknown) => void) | undefined;
  },
): void {
  try {
    known.set(key, read());
  } catch (error) {
    if (!onDamaged) throw error;
    onDamaged(version, error);
  }
}
