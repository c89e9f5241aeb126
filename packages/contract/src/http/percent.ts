const UNRESERVED = /[\w.~-]/;

/**
 * Brings a path into the form that all of its spellings share (RFC 3986, section 6.2.2): hex digits
 * in upper case, and no percent-encoding of letters, digits, `-`, `.`, `_` and `~`. A malformed
 * encoding stays.
 *
 * @example
 * normalizePercent('/pl%61in/caf%c3%a9'); // '/plain/caf%C3%A9'
 */
export function normalizePercent(path: string): string {
  if (!path.includes('%')) return path;
  return path.replace(/%[\dA-Fa-f]{2}/g, (encoded) => {
    const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
    return UNRESERVED.test(character) ? character : encoded.toUpperCase();
  });
}
