import type { ServerNote, StoreHead } from '../../ports.ts';
import { storeError } from './errors.ts';

/** Where a head was read, and the fix if it can't be parsed. */
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
  const value = text === undefined ? undefined : parse(text);
  if (isHead(value)) return value;
  const reason =
    text === undefined
      ? 'it is missing'
      : text.trim() === ''
        ? 'it is empty'
        : value === undefined
          ? 'it is not JSON'
          : 'it is not the head of a store';
  throw storeError(
    'GATI_STORE_DAMAGED',
    `In the release store ${url} the file ${file}, which says what is active, can't be read: ${reason}.`,
    fix,
  );
}

/** Parses the note of a server. Returns `undefined` for a damaged one, which its server rewrites. */
export function parseNote(text: string): ServerNote | undefined {
  const value = parse(text);
  return isObject(value) &&
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
  if (!isObject(value)) return false;
  const { current, before, marks, activation } = value;
  const isCurrent = current === undefined || typeof current === 'string';
  const isBefore = Array.isArray(before) && before.every((version) => typeof version === 'string');
  return (
    isCurrent &&
    isBefore &&
    isObject(marks) &&
    Object.values(marks).every(isMark) &&
    (activation === undefined || isActivation(activation))
  );
}

function isMark(value: unknown): boolean {
  if (!isObject(value) || typeof value['status'] !== 'string') return false;
  const { quarantine } = value;
  return quarantine === undefined || hasTexts(quarantine, ['reason', 'at', 'server']);
}

function isActivation(value: unknown): boolean {
  return (
    hasTexts(value, ['version', 'at']) && (value['mark'] === undefined || isMark(value['mark']))
  );
}

function hasTexts(value: unknown, names: string[]): value is Record<string, unknown> {
  return isObject(value) && names.every((name) => typeof value[name] === 'string');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
