/**
 * Platforms whose file systems treat `A` and `a` as one name, or store accented letters in another
 * form.
 */
const FOLDS_NAMES = process.platform === 'darwin' || process.platform === 'win32';

/**
 * Characters that a file name can't contain everywhere, or that unstorage changes. A dot, a space
 * or `$` matters only at the end of a name.
 */
// oxlint-disable-next-line no-control-regex -- these are the characters
const UNSAFE = /[\u0000-\u001f\u007f/\\?%*"<>|\p{Cs}]|[.$ ]$/gu;
const UNSAFE_FOLDED = /[^a-z\d_.@$ -]|[.$ ]$/gu;

/** A name that is not the text of any other encoded name, since `%` is always encoded. */
const EMPTY = '%-';
const CONTINUED = '%+';
/** Maximum bytes of a file name on the usual file systems. */
const MAX_NAME_BYTES = 255;
/** Code points of one part of a long name: at most 240 bytes. */
const PART = 60;

/**
 * Returns the key under which unstorage stores an item. Different strings give different keys, and
 * a usual key stays as it is: `users:7` is the file `7` in the folder `users`.
 */
export function encodeStorageKey(key: string, foldsNames = FOLDS_NAMES): string {
  const unsafe = foldsNames ? UNSAFE_FOLDED : UNSAFE;
  return key
    .split(':')
    .map((name) => (name === '' ? EMPTY : split(name.replace(unsafe, encodeCharacter))))
    .join(':');
}

/** Returns the key that {@link encodeStorageKey} encoded. */
export function decodeStorageKey(encoded: string): string {
  return encoded
    .replaceAll(`${CONTINUED}:`, '')
    .split(':')
    .map((name) => (name === EMPTY ? '' : name.replace(ENCODED, decodeCharacters)))
    .join(':');
}

/** Cuts a name that is too long for a file into folders. */
function split(name: string): string {
  if (Buffer.byteLength(name) <= MAX_NAME_BYTES) return name;
  const characters = [...name];
  const parts: string[] = [];
  for (let from = 0; from < characters.length; from += PART)
    parts.push(characters.slice(from, from + PART).join(''));
  return parts.join(`${CONTINUED}:`);
}

function encodeCharacter(character: string): string {
  const unit = character.charCodeAt(0);
  // Half of a surrogate pair has no form in UTF-8.
  if (/\p{Cs}/u.test(character)) return `%u${unit.toString(16)}`;
  return unit < 128
    ? `%${unit.toString(16).padStart(2, '0').toUpperCase()}`
    : encodeURIComponent(character);
}

const ENCODED = /%u([\da-f]{4})|(?:%[\dA-F]{2})+/g;

function decodeCharacters(text: string, unit: string | undefined): string {
  if (unit !== undefined) return String.fromCharCode(Number.parseInt(unit, 16));
  try {
    return decodeURIComponent(text);
  } catch {
    // The name was not encoded by this module.
    return text;
  }
}
