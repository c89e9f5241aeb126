/**
 * Maximum number of characters of a JSON Pointer in an error, because a client may have chosen its
 * keys.
 */
const MAX_LENGTH = 1000;

/** Appends a key to a JSON Pointer (RFC 6901, section 3). Cuts a pointer that is too long to help. */
export function appendKey(pointer: string, key: string | number): string {
  const longer = `${pointer}/${typeof key === 'number' ? key : key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return longer.length > MAX_LENGTH ? `${longer.slice(0, MAX_LENGTH)}…` : longer;
}
