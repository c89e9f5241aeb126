import { isInnerPath, isSafeName } from './safe-names.ts';

/**
 * Checks of plain data that comes from outside: a manifest, a document of a store, a row of a queue, a
 * cache on disk. A check accepts a value or throws a {@link Mismatch}.
 *
 * @param path Path of the value: `contract.routes[3].method`.
 * @throws {Mismatch} when the value does not match
 */
export type Check = (value: unknown, path: string) => void;

/**
 * Maximum depth of nesting; no document is that deep. The checks recurse, so deeper input could
 * overflow the stack.
 */
const MAX_DEPTH = 256;

/** The first difference between a value and its check. */
export class Mismatch extends Error {
  /** Path of the value; `''` for the whole document. */
  readonly path: string;
  /** Completes "must be …". */
  readonly expected: string;
  /** The value for people, shortened. */
  readonly found: string;

  constructor(path: string, expected: string, value: unknown) {
    const found = show(value);
    super(`${path || 'the whole document'} must be ${expected}, but is ${found}`);
    this.path = path;
    this.expected = expected;
    this.found = found;
  }
}

function show(value: unknown): string {
  if (value === undefined) return 'absent';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const string: Check = (value, path) => {
  if (typeof value !== 'string') throw new Mismatch(path, 'a string', value);
};

export const boolean: Check = (value, path) => {
  if (typeof value !== 'boolean') throw new Mismatch(path, 'true or false', value);
};

export const number: Check = (value, path) => {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new Mismatch(path, 'a number', value);
};

export const wholeNumber: Check = (value, path) => {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new Mismatch(path, 'a whole number, 0 or more', value);
};

export const any: Check = () => {};

export function matching(pattern: RegExp, expected: string): Check {
  return (value, path) => {
    if (typeof value !== 'string' || !pattern.test(value))
      throw new Mismatch(path, expected, value);
  };
}

/** Accepts a string for which `parse` returns a value. */
export function parsedBy(parse: (text: string) => unknown, expected: string): Check {
  return (value, path) => {
    if (typeof value !== 'string' || parse(value) === undefined)
      throw new Mismatch(path, expected, value);
  };
}

/** Accepts a string that may become a file name, a folder name or a part of a key. */
export const safeName: Check = (value, path) => {
  if (typeof value !== 'string' || !isSafeName(value))
    throw new Mismatch(path, 'a name of letters, digits, ".", "_" and "-"', value);
};

/** Accepts a relative path that stays inside its folder. */
export const innerPath: Check = (value, path) => {
  if (typeof value !== 'string' || !isInnerPath(value))
    throw new Mismatch(path, 'a relative path inside of its folder', value);
};

export function oneOf(...values: readonly unknown[]): Check {
  return (value, path) => {
    if (!values.includes(value))
      throw new Mismatch(path, values.map((each) => JSON.stringify(each)).join(' or '), value);
  };
}

/** @param most maximum number of items */
export function listOf(item: Check, most: number = Infinity): Check {
  return (value, path) => {
    if (!Array.isArray(value)) throw new Mismatch(path, 'an array', value);
    if (value.length > most) throw new Mismatch(path, `at most ${most} items`, value.length);
    for (const [index, each] of value.entries()) item(each, `${path}[${index}]`);
  };
}

export function mapOf(item: Check, key?: Check): Check {
  return (value, path) => {
    if (!isObject(value)) throw new Mismatch(path, 'an object', value);
    for (const [name, each] of Object.entries(value)) {
      const place = `${path}${member(name)}`;
      key?.(name, `the key ${place}`);
      item(each, place);
    }
  };
}

/**
 * Checks an object. Accepts further keys unless `closed` is given. `closed` completes "must be …"
 * in the error for a further key: `a keyword of the schema format`.
 */
export function object(
  required: Record<string, Check>,
  optional: Record<string, Check> = {},
  closed?: string,
): Check {
  return (value, path) => {
    if (!isObject(value)) throw new Mismatch(path, 'an object', value);
    for (const [name, check] of Object.entries(required))
      check(own(value, name), path + member(name, path));
    for (const [name, check] of Object.entries(optional)) {
      const found = own(value, name);
      if (found !== undefined) check(found, path + member(name, path));
    }
    if (closed === undefined) return;
    const extra = Object.keys(value).find(
      (name) => !Object.hasOwn(required, name) && !Object.hasOwn(optional, name),
    );
    if (extra !== undefined) throw new Mismatch(path + member(extra, path), closed, value[extra]);
  };
}

export function either(test: (value: unknown) => boolean, yes: Check, no: Check): Check {
  return (value, path) => (test(value) ? yes : no)(value, path);
}

/** Rejects values that are nested too deeply. */
export function checkDepth(value: unknown, depth = 0): void {
  if (depth > MAX_DEPTH) throw new Mismatch('', `nested at most ${MAX_DEPTH} deep`, 'deeper');
  if (typeof value === 'object' && value !== null)
    for (const each of Object.values(value)) checkDepth(each, depth + 1);
}

function own(value: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function member(name: string, path = '.'): string {
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) return `[${JSON.stringify(name)}]`;
  return path === '' ? name : `.${name}`;
}
