import { jsonFormOf } from './json-form.ts';

const MAX_DEPTH_UNWATCHED = 64;

/** Thrown for a value that JSON can't contain. */
export class EncodeError extends Error {}

/** Thrown for a value that `JSON.stringify` would turn into `null` or `{}`. */
export class LostValueError extends EncodeError {}

/**
 * Whether values that JSON can't contain pass as `null` and `{}`. Set during one synchronous walk.
 */
let isLossy = false;

/**
 * Converts the value of a handler to a value that JSON can contain: bigint to a decimal string, Set
 * to an array, Map to an object, bytes to base64, an object with `toJSON` to its result. Dates are
 * left to `JSON.stringify`.
 *
 * Returns the same object if nothing changes, so that the usual response costs one walk and no
 * copy.
 *
 * @throws {EncodeError} when the value has a cycle
 * @throws {LostValueError} when JSON has no form for a part of it: NaN, an infinite number, an
 * invalid date, a promise, or another object that would be `{}` or `null`
 */
export function encodeWire(value: unknown): unknown {
  return encode(value, 0, undefined);
}

function encode(value: unknown, depth: number, above: Set<object> | undefined): unknown {
  if (typeof value === 'number') return value - value === 0 || isLossy ? value : lose(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  let seen = above;
  if (depth > MAX_DEPTH_UNWATCHED) {
    // Only a cycle or a very deep value reaches this line. A set for every response would cost more
    // than the walk.
    seen ??= new Set();
    if (seen.has(value)) throw new EncodeError('The response has a cycle.');
    seen.add(value);
  }
  const encoded = encodeObject(value, depth, seen);
  seen?.delete(value);
  return encoded;
}

function encodeObject(value: object, depth: number, seen: Set<object> | undefined): unknown {
  if (Array.isArray(value)) {
    let copy: unknown[] | undefined;
    for (let index = 0; index < value.length; index++) {
      const item: unknown = value[index];
      if ((typeof item === 'function' || typeof item === 'symbol') && !isLossy) lose(item);
      const encoded = encode(item, depth + 1, seen);
      if (encoded !== item) (copy ??= value.slice())[index] = encoded;
    }
    return copy ?? value;
  }
  const prototype = Object.getPrototypeOf(value) as object | null;
  const isPlain = prototype === Object.prototype || prototype === null;
  if (!isPlain) {
    const form = jsonFormOf(prototype);
    if (form === 'bytes') return toBase64(bytesOf(value as ArrayBufferView | ArrayBuffer));
    if (prototype === Date.prototype)
      return Number.isNaN((value as Date).getTime()) && !isLossy ? lose(value) : value;
    if (typeof (value as { toJSON?: unknown }).toJSON === 'function')
      return encodeToJson(value, depth, seen);
    if (form === 'set') return encodeSet(value as Set<unknown>, depth, seen);
    if (form === 'map') {
      return Object.fromEntries(
        [...(value as Map<unknown, unknown>)].map(([key, item]) => [
          String(key),
          encode(item, depth + 1, seen),
        ]),
      );
    }
    if (form !== undefined && !isLossy && Object.keys(value).length === 0) lose(value);
  }
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(value)) {
    const field = (value as Record<string, unknown>)[key];
    if (typeof field === 'string' || (typeof field === 'number' && field - field === 0)) continue;
    if (key === 'toJSON' && typeof field === 'function') return encodeToJson(value, depth, seen);
    const encoded = encode(field, depth + 1, seen);
    if (encoded !== field) (copy ??= { ...value })[key] = encoded;
  }
  return copy ?? value;
}

function encodeSet(value: Set<unknown>, depth: number, seen: Set<object> | undefined): unknown {
  return encodeObject([...value], depth, seen);
}

/** Follows `toJSON`, whose result may have `toJSON` again. */
function encodeToJson(value: object, depth: number, seen: Set<object> | undefined): unknown {
  const result = (value as { toJSON(key: string): unknown }).toJSON('');
  if (result === null && value instanceof Date && !isLossy) return lose(value);
  return result === value ? value : encode(result, depth + 1, seen);
}

/** @throws {LostValueError} */
function lose(value: unknown): never {
  throw new LostValueError(
    `The response has ${describe(value)}, for which JSON has no form. Send a string, a number, an array or a plain object instead.`,
  );
}

function describe(value: unknown): string {
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'function') return 'a function in an array';
  if (typeof value === 'symbol') return 'a symbol in an array';
  if (value instanceof Date) return 'an invalid date';
  if (value instanceof Promise) return 'a promise that was not awaited';
  const { name = 'Object' } = (value as object).constructor ?? {};
  const tag = Object.prototype.toString.call(value).slice('[object '.length, -1);
  return `a value of the class ${name === 'Object' ? tag : name} without fields`;
}

/**
 * Prints a value that {@link encodeWire} accepts as JSON; `undefined` becomes `null`.
 *
 * @param lossy lets values pass that become `null` or `{}`
 */
export function stringifyWire(value: unknown, lossy = false): string {
  isLossy = lossy;
  try {
    return JSON.stringify(encodeWire(value)) ?? 'null';
  } finally {
    isLossy = false;
  }
}

function bytesOf(value: ArrayBufferView | ArrayBuffer): Uint8Array {
  return ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value);
}

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let from = 0; from < bytes.length; from += 8192)
    binary += String.fromCharCode(...bytes.subarray(from, from + 8192));
  return btoa(binary);
}
