/** Why the JSON was rejected. `offset` counts UTF-16 code units from 0. */
export type JsonErrorDetails =
  | { reason: 'syntax'; offset: number }
  | { reason: 'depth' }
  | { reason: 'prototype'; path: string };

export class JsonError extends Error {
  readonly details: JsonErrorDetails;
  constructor(details: JsonErrorDetails) {
    super(details.reason);
    this.details = details;
  }
}

/**
 * Parses JSON with a limit on nesting, and without keys that reach a prototype. Of duplicate keys,
 * the last one counts.
 *
 * @throws {JsonError} with the position of the mistake, but never the text, which is the client's
 * and may be secret
 */
export function parseJson(text: string, maxDepth: number): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new JsonError({ reason: 'syntax', offset: findErrorOffset(text) });
  }
  // Each level has an opening and a closing bracket, so a shorter text can't be too deep. An escape
  // can spell a forbidden name in other ways.
  const deep = text.length > maxDepth * 2 && mayBeDeeper(text, maxDepth);
  if (deep || text.includes('__proto__') || text.includes('constructor') || text.includes('\\u'))
    checkValue(value, maxDepth, '');
  return value;
}

/**
 * Also counts brackets in strings, so it may return `true` for JSON that is not deeper, but never
 * the opposite.
 */
function mayBeDeeper(text: string, maxDepth: number): boolean {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 91 || code === 123) {
      if (++depth > maxDepth) return true;
    } else if (code === 93 || code === 125) depth--;
  }
  return false;
}

function checkValue(value: unknown, levels: number, path: string): void {
  if (typeof value !== 'object' || value === null) return;
  if (levels === 0) throw new JsonError({ reason: 'depth' });
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++)
      checkValue(value[index], levels - 1, `${path}/${index}`);
    return;
  }
  for (const key of Object.keys(value)) {
    if (key === '__proto__')
      throw new JsonError({ reason: 'prototype', path: `${path}/__proto__` });
    const inner = (value as Record<string, unknown>)[key];
    if (
      key === 'constructor' &&
      typeof inner === 'object' &&
      inner !== null &&
      Object.hasOwn(inner, 'prototype')
    ) {
      throw new JsonError({ reason: 'prototype', path: `${path}/constructor/prototype` });
    }
    checkValue(inner, levels - 1, `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  }
}

/** Structural character, string (RFC 8259, section 7), or number or literal name. */
const TOKEN =
  /[ \t\n\r]*(?:([{}[\],:])|("(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-]))/uy;

/**
 * Returns the offset of the first token that JSON does not allow at its place. Runs only for
 * rejected JSON.
 */
function findErrorOffset(text: string): number {
  const open: string[] = [];
  let expected: 'value' | 'first' | 'key' | 'colon' | 'next' = 'value';
  TOKEN.lastIndex = 0;
  for (;;) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    const offset = at + (/^[ \t\n\r]*/.exec(text.slice(at, at + 4096))?.[0].length ?? 0);
    if (match === null || (expected === 'next' && open.length === 0))
      return Math.min(offset, text.length);
    const [, mark, string] = match;
    const inside = open.at(-1);
    if (expected === 'colon') {
      if (mark !== ':') return offset;
      expected = 'value';
    } else if (mark === '}' || mark === ']') {
      const closes =
        inside === (mark === '}' ? '{' : '[') && (expected === 'next' || expected === 'first');
      if (!closes) return offset;
      open.pop();
      expected = 'next';
    } else if (expected === 'next') {
      if (mark !== ',') return offset;
      expected = inside === '{' ? 'key' : 'value';
    } else if (expected === 'key' || (expected === 'first' && inside === '{')) {
      if (string === undefined) return offset;
      expected = 'colon';
    } else if (mark === '{' || mark === '[') {
      open.push(mark);
      expected = 'first';
    } else if (mark !== undefined) {
      return offset;
    } else {
      expected = 'next';
    }
  }
}
