import type { ServerNote, StoreHead } from '../../ports.ts';
import { storeError } from './errors.ts';

/** Where a head stands, and what is done about one that can't be read. */
export interface HeadSource {
  url: string;
  /** In the store. */
  file: string;
  fix: string;
}

/**
 * `text`: `undefined` where the file is missing.
 * @throws GatiError `GATI_STORE_DAMAGED`
 */
export function parseHead({ url, file, fix }: HeadSource, text: string | undefined): StoreHead {
  const value = text === undefined ? undefined : parse(text);
  if (isHead(value)) return value;
  const what =
    text === undefined
      ? 'it is missing'
      : text.trim() === ''
        ? 'it is empty'
        : value === undefined
          ? 'it is no JSON'
          : 'it is no head of a store';
  throw storeError(
    'GATI_STORE_DAMAGED',
    `In the release store ${url} the file ${file}, which says what is active, can't be read: ${what}.`,
    fix,
  );
}

/** `undefined`: it says nothing that can be read, and its server writes it anew. */
export function parseNote(text: string): ServerNote | undefined {
  const value = parse(text);
  return isRecord(value) &&
    typeof value['instance'] === 'string' &&
    typeof value['until'] === 'number'
    ? (value as unknown as ServerNote)
    : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isHead(value: unknown): value is StoreHead {
  if (!isRecord(value)) return false;
  const { current, before, marks } = value;
  const isCurrent = current === undefined || typeof current === 'string';
  const isBefore = Array.isArray(before) && before.every((version) => typeof version === 'string');
  return (
    isCurrent &&
    isBefore &&
    isRecord(marks) &&
    Object.values(marks).every((mark) => isRecord(mark) && typeof mark['status'] === 'string')
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
