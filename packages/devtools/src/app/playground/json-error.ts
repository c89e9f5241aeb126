/** One token of JSON, after white space. */
const TOKEN =
  // oxlint-disable-next-line no-control-regex -- RFC 8259, section 7: strings have none
  /[ \t\n\r]*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|true\b|false\b|null\b))/y;

type Expected = 'value' | 'first item' | 'first key' | 'key' | 'colon' | 'after';

/**
 * Finds where a text stops being JSON, since browsers report no position for short texts. Returns
 * the index of the first character that does not fit, or the length of the text.
 */
export function findJsonError(text: string): number {
  const open: string[] = [];
  let expected: Expected = 'value';
  TOKEN.lastIndex = 0;
  for (;;) {
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    const at = start + /^[ \t\n\r]*/.exec(text.slice(start))![0].length;
    if (!match) return at;
    const next = afterToken(match, expected, open);
    if (next === undefined) return at;
    expected = next;
  }
}

/** Returns what may follow a token; `undefined` if the token itself may not be there. */
function afterToken(
  [, mark, string]: RegExpExecArray,
  expected: Expected,
  open: string[],
): Expected | undefined {
  const isValue = expected === 'value' || expected === 'first item';
  if (mark === '{' || mark === '[') {
    if (!isValue) return undefined;
    open.push(mark);
    return mark === '{' ? 'first key' : 'first item';
  }
  if (mark === '}' || mark === ']') {
    const isFirst = expected === (mark === '}' ? 'first key' : 'first item');
    if (open.at(-1) !== (mark === '}' ? '{' : '[') || !(isFirst || expected === 'after'))
      return undefined;
    open.pop();
    return 'after';
  }
  if (mark === ',') {
    if (expected !== 'after' || open.length === 0) return undefined;
    return open.at(-1) === '{' ? 'key' : 'value';
  }
  if (mark === ':') return expected === 'colon' ? 'value' : undefined;
  if (string !== undefined && (expected === 'key' || expected === 'first key')) return 'colon';
  return isValue ? 'after' : undefined;
}
