import { ClientError } from './errors.ts';

/** Returns one value as a string. */
export function toText(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' && value !== null ? toJson(value) : String(value);
}

/** Returns a value as JSON. A `bigint` becomes a string. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'bigint' ? item.toString() : item,
  );
}

/** Returns the strings of a field in a query or a form: one for each item of a list. */
export function toTexts(value: unknown, form: string | undefined): string[] {
  if (form === 'json') return value === undefined ? [] : [toJson(value)];
  return (Array.isArray(value) ? (value as unknown[]) : [value])
    .filter((item) => item !== undefined && !(item === null && form === 'absent'))
    .map(toText);
}

/**
 * Returns a parameter or a header as a string, in which commas separate the items of a list.
 *
 * @throws {ClientError} GATI_CLIENT_PARAM when an item is empty, contains a comma, or begins or
 *   ends with a space
 */
export function toListText(
  route: string,
  name: string,
  value: unknown,
  form: string | undefined,
): string | undefined {
  if (value === undefined || (value === null && form === 'absent')) return undefined;
  // A header can't contain characters outside of Latin-1, so JSON escapes them.
  if (form === 'json') return toJson(value).replace(/[^\x20-\x7e]/g, escapeCharacter);
  if (!Array.isArray(value)) return toText(value);
  if (value.length === 0) return undefined;
  const texts = value.map(toText);
  const wrong = texts.find((text) => text === '' || text !== text.trim() || text.includes(','));
  if (wrong === undefined) return texts.join();
  throw new ClientError(
    'GATI_CLIENT_PARAM',
    `${route}: the list '${name}' cannot have the item '${wrong}', since commas separate its items.`,
    'Check the value before the call.',
  );
}

const escapeCharacter = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
