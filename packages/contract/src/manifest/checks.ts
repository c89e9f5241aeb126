import { GatiError } from '../diagnostics/gati-error.ts';

/**
 * Checks one value of a manifest.
 *
 * @param path Path of the value: `contract.routes[3].method`.
 * @throws {GatiError} GATI_MANIFEST_INVALID when the value does not match.
 */
export type Check = (value: unknown, path: string) => void;

/** Deeper than any contract. The checks recurse, so deeper input could overflow the stack. */
const MAX_DEPTH = 256;

export function invalidManifestError(path: string, expected: string, value: unknown): GatiError {
  return new GatiError({
    code: 'GATI_MANIFEST_INVALID',
    message: `The manifest is not valid: ${path || 'the whole document'} must be ${expected}, but is ${show(value)}.`,
    fix: 'Write the manifest again with `gati generate` or `gati build`; do not edit it by hand.',
  });
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
  if (typeof value !== 'string') throw invalidManifestError(path, 'a string', value);
};

export const boolean: Check = (value, path) => {
  if (typeof value !== 'boolean') throw invalidManifestError(path, 'true or false', value);
};

export const number: Check = (value, path) => {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw invalidManifestError(path, 'a number', value);
};

export const wholeNumber: Check = (value, path) => {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw invalidManifestError(path, 'a whole number, 0 or more', value);
};

export const any: Check = () => {};

export function matching(pattern: RegExp, expected: string): Check {
  return (value, path) => {
    if (typeof value !== 'string' || !pattern.test(value))
      throw invalidManifestError(path, expected, value);
  };
}

export function oneOf(...values: readonly unknown[]): Check {
  return (value, path) => {
    if (!values.includes(value))
      throw invalidManifestError(
        path,
        values.map((each) => JSON.stringify(each)).join(' or '),
        value,
      );
  };
}

export function listOf(item: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) throw invalidManifestError(path, 'an array', value);
    for (const [index, each] of value.entries()) item(each, `${path}[${index}]`);
  };
}

export function mapOf(item: Check, key?: Check): Check {
  return (value, path) => {
    if (!isObject(value)) throw invalidManifestError(path, 'an object', value);
    for (const [name, each] of Object.entries(value)) {
      const place = `${path}${member(name)}`;
      key?.(name, `the key ${place}`);
      item(each, place);
    }
  };
}

/**
 * Checks an object. Accepts other keys, unless `closed` is given: then it is the expectation that
 * the error names, such as `a keyword of the schema format`.
 */
export function object(
  required: Record<string, Check>,
  optional: Record<string, Check> = {},
  closed?: string,
): Check {
  return (value, path) => {
    if (!isObject(value)) throw invalidManifestError(path, 'an object', value);
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
    if (extra !== undefined)
      throw invalidManifestError(path + member(extra, path), closed, value[extra]);
  };
}

export function either(test: (value: unknown) => boolean, yes: Check, no: Check): Check {
  return (value, path) => (test(value) ? yes : no)(value, path);
}

/** Rejects values that are nested too deeply. */
export function checkDepth(value: unknown, depth = 0): void {
  if (depth > MAX_DEPTH)
    throw invalidManifestError('', `nested at most ${MAX_DEPTH} deep`, 'deeper');
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
