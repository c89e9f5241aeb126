/**
 * The form in JSON of an instance of a platform class. The analysis and the server look it up by
 * prototype, so a subclass has the form of its base class.
 *
 * - `date`, `uri`: a string; `bytes`: base64; `set`: an array; `map`: an object
 * - `fields`: its own enumerable fields. An instance without such fields, as most are, has no form
 */
export type JsonForm = 'date' | 'uri' | 'bytes' | 'set' | 'map' | 'fields';

/** The platform classes whose instances are not plain objects in JSON. */
export const JSON_FORMS: Readonly<Record<string, JsonForm>> = {
  Date: 'date',
  URL: 'uri',
  Set: 'set',
  Map: 'map',
  ArrayBuffer: 'bytes',
  SharedArrayBuffer: 'bytes',
  DataView: 'bytes',
  Int8Array: 'bytes',
  Uint8Array: 'bytes',
  Uint8ClampedArray: 'bytes',
  Int16Array: 'bytes',
  Uint16Array: 'bytes',
  Int32Array: 'bytes',
  Uint32Array: 'bytes',
  Float16Array: 'bytes',
  Float32Array: 'bytes',
  Float64Array: 'bytes',
  BigInt64Array: 'bytes',
  BigUint64Array: 'bytes',
  Promise: 'fields',
  Error: 'fields',
  RegExp: 'fields',
  WeakMap: 'fields',
  WeakSet: 'fields',
  WeakRef: 'fields',
  Iterator: 'fields',
  AsyncIterator: 'fields',
  ReadableStream: 'fields',
  Blob: 'fields',
  FormData: 'fields',
  Headers: 'fields',
  Request: 'fields',
  Response: 'fields',
  URLSearchParams: 'fields',
};
