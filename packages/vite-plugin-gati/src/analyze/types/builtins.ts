import type { Schema } from '@gati/contract';
import type { SymbolView } from '../compiler/compiler.ts';

export const DATE: Schema = { type: 'string', format: 'date-time', 'x-gati-codec': 'date' };
export const BIGINT: Schema = {
  type: 'string',
  format: 'bigint',
  pattern: '^-?[0-9]+$',
  'x-gati-codec': 'bigint',
};
export const BYTES: Schema = { type: 'string', contentEncoding: 'base64', 'x-gati-codec': 'bytes' };
export const FILE: Schema = { type: 'string', format: 'binary', 'x-gati-codec': 'file' };

export type Builtin =
  | { kind: 'schema'; schema: Schema }
  | { kind: 'array' | 'set' | 'map' | 'promise' | 'iterable' | 'asyncIterable' | 'readable' }
  /** JSON has no form for it, or an empty object only. */
  | { kind: 'lost' };

const SCHEMAS: Record<string, Schema> = {
  Date: DATE,
  Uint8Array: BYTES,
  Buffer: BYTES,
  ArrayBuffer: BYTES,
  SharedArrayBuffer: BYTES,
  File: FILE,
  Blob: FILE,
  URL: { type: 'string', format: 'uri' },
  String: { type: 'string' },
  Number: { type: 'number' },
  Boolean: { type: 'boolean' },
  Object: {},
};

const KINDS: Record<string, Exclude<Builtin['kind'], 'schema'>> = {
  Array: 'array',
  ReadonlyArray: 'array',
  Set: 'set',
  ReadonlySet: 'set',
  Map: 'map',
  ReadonlyMap: 'map',
  Promise: 'promise',
  PromiseLike: 'promise',
  AsyncIterable: 'asyncIterable',
  AsyncIterableIterator: 'asyncIterable',
  AsyncIterator: 'asyncIterable',
  AsyncIteratorObject: 'asyncIterable',
  AsyncGenerator: 'asyncIterable',
  ReadableStream: 'readable',
  Readable: 'readable',
  ReadStream: 'readable',
  Duplex: 'readable',
  Transform: 'readable',
  PassThrough: 'readable',
  IncomingMessage: 'readable',
  Iterable: 'lost',
  IterableIterator: 'lost',
  Iterator: 'lost',
  IteratorObject: 'lost',
  ArrayIterator: 'lost',
  MapIterator: 'lost',
  SetIterator: 'lost',
  Generator: 'lost',
  WeakMap: 'lost',
  WeakSet: 'lost',
  WeakRef: 'lost',
  RegExp: 'lost',
  Error: 'lost',
  Response: 'lost',
  Request: 'lost',
  Headers: 'lost',
  FormData: 'lost',
  URLSearchParams: 'lost',
  DataView: 'lost',
};

/**
 * Finds a built-in type by its name, if a library of the platform declares it: an app's own `class
 * File` is a class like any other.
 */
export function builtinOf(symbol: SymbolView | undefined): Builtin | undefined {
  if (!symbol || !symbol.declarations.some(({ file }) => isPlatform(file))) return undefined;
  const schema = Object.hasOwn(SCHEMAS, symbol.name) ? SCHEMAS[symbol.name] : undefined;
  if (schema) return { kind: 'schema', schema };
  return Object.hasOwn(KINDS, symbol.name) ? { kind: KINDS[symbol.name]! } : undefined;
}

/** Whether a file is `lib.*.d.ts`, or declares the globals of Node, Bun or Deno. */
export function isPlatform(file: string): boolean {
  return (
    isLibrary(file) ||
    /\/node_modules\/(@types\/(node|bun|deno)|undici-types|bun-types)\//.test(file)
  );
}

/** Whether a file is a `lib.*.d.ts` of TypeScript. */
export function isLibrary(file: string): boolean {
  return /(^|\/)lib\.[^/]*\.?d\.ts$/.test(file) && /\/lib\/lib\.[^/]*d\.ts$|^bundled:/.test(file);
}
