/** Longest path that is accepted. Characters. */
const MAX_PATH = 1024;
/** Control characters, NUL among them, and the separator of Windows. */
// oxlint-disable-next-line no-control-regex -- these characters are what it rejects
const UNSAFE = /[\u0000-\u001f\u007f\\]/;

/**
 * Whether a string is a relative path with `/` that stays inside its folder on every platform: no
 * empty, `.` or `..` segment, no drive letter, no backslash, no control character.
 */
export function isInnerPath(text: string): boolean {
  return (
    text.length <= MAX_PATH &&
    !UNSAFE.test(text) &&
    !/^[A-Za-z]:/.test(text) &&
    text.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  );
}

/**
 * Whether a string is one name that may become a file name, a folder name or a part of a key:
 * letters, digits, `.`, `_`, `-` and `+`, with no `.` at either end.
 */
export function isSafeName(text: string): boolean {
  return text.length <= 255 && /^[\w+-](?:[\w.+-]*[\w+-])?$/.test(text);
}
