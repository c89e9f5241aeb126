import type { ServerNote, StoreHead } from '../../ports.ts';
import { parseHeadText, parseNoteText } from './documents.ts';
import { storeError } from './errors.ts';

/** Place that a head was read from, and the fix if the head can't be parsed. */
export interface HeadSource {
  url: string;
  /** Path in the store. */
  file: string;
  fix: string;
}

/**
 * Parses the head of a store.
 * @param text `undefined` when the file is missing
 * @throws {GatiError} GATI_STORE_DAMAGED when the file is missing or is not a head
 */
export function parseHead({ url, file, fix }: HeadSource, text: string | undefined): StoreHead {
  const parsed = parseHeadText(text);
  if ('value' in parsed) return parsed.value;
  throw storeError(
    'GATI_STORE_DAMAGED',
    `In the release store ${url} the file ${file}, which says which releases are active, can't be read: ${parsed.fault}.`,
    fix,
  );
}

/** Parses the note of a server. Returns `undefined` for a damaged one, which its server rewrites. */
export function parseNote(text: string | undefined): ServerNote | undefined {
  const parsed = parseNoteText(text);
  return 'value' in parsed ? parsed.value : undefined;
}
