const MAX_DEPTH_UNWATCHED = 64;

/** Thrown for a value that JSON can't contain. */
export class EncodeError extends Error {}

/**
 * Converts the value of a handler to a value that JSON can contain: bigint to a decimal string, Set
 * to an array, Map to an object, bytes to base64. Dates and objects with `toJSON` are left to
 * `JSON.stringify`.
 *
 * Returns the same object if nothing changes, so that the usual response costs one walk and no
 * copy.
 *
 * @throws {EncodeError} when the value has a cycle
 */
export function encodeWire(value: unknown): unknown {
  return encode(value, 0, undefined);
}

function encode(value: unknown, depth: number, above: Set<object> | undefined): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  let seen = above;
  if (depth > MAX_DEPTH_UNWATCHED) {
    // Only a cycle or a very deep value gets here. A set for every response would cost more than
    // the walk.
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
      const encoded = encode(value[index], depth + 1, seen);
      if (encoded !== value[index]) (copy ??= value.slice())[index] = encoded;
    }
    return copy ?? value;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    if (typeof (value as { toJSON?: unknown }).toJSON === 'function' && !ArrayBuffer.isView(value))
      return value;
    if (value instanceof Set) return [...value].map((item) => encode(item, depth + 1, seen));
    if (value instanceof Map) {
      return Object.fromEntries(
        [...value].map(([key, item]) => [String(key), encode(item, depth + 1, seen)]),
      );
    }
    if (ArrayBuffer.isView(value))
      return toBase64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    if (value instanceof ArrayBuffer) return toBase64(new Uint8Array(value));
  }
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(value)) {
    const field = (value as Record<string, unknown>)[key];
    if (typeof field === 'string' || typeof field === 'number') continue;
    const encoded = encode(field, depth + 1, seen);
    if (encoded !== field) (copy ??= { ...value })[key] = encoded;
  }
  return copy ?? value;
}

/** Prints a value that {@link encodeWire} accepts as JSON; `undefined` becomes `null`. */
export function stringifyWire(value: unknown): string {
  const wire = encodeWire(value);
  try {
    return JSON.stringify(wire) ?? 'null';
  } catch (error) {
    // `toJSON` may return values that the walk did not see. A cycle fails again here, as it must.
    if (!String(error).includes('BigInt')) throw error;
    return JSON.stringify(wire, encodeResult) ?? 'null';
  }
}

/** Encodes what `toJSON` returned. The walk has seen all other values. */
function encodeResult(this: Record<string, unknown>, key: string, value: unknown): unknown {
  return this[key] === value ? value : encodeWire(value);
}

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let from = 0; from < bytes.length; from += 8192)
    binary += String.fromCharCode(...bytes.subarray(from, from + 8192));
  return btoa(binary);
}
