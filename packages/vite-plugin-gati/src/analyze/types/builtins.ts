import type { Schema } from '@gati/contract';
import { JSON_FORMS, type JsonForm } from '@gati/contract/internal';
import { type Compiler, hasFlag, type SymbolView, type TypeView } from '../compiler/compiler.ts';

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
  /** JSON has no form for the type, or only an empty object. */
  | { kind: 'lost' };

const SCHEMAS: Record<string, Schema> = {
  ...fromForms({ date: DATE, bytes: BYTES, uri: { type: 'string', format: 'uri' } }),
  Buffer: BYTES,
  File: FILE,
  Blob: FILE,
  String: { type: 'string' },
  Number: { type: 'number' },
  Boolean: { type: 'boolean' },
  Object: {},
};

const KINDS: Record<string, Exclude<Builtin['kind'], 'schema'>> = {
  ...fromForms({ set: 'set', map: 'map', fields: 'lost' }),
  Array: 'array',
  ReadonlyArray: 'array',
  ReadonlySet: 'set',
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
  IteratorObject: 'lost',
  ArrayIterator: 'lost',
  MapIterator: 'lost',
  SetIterator: 'lost',
  Generator: 'lost',
};

/** The classes of {@link JSON_FORMS} with one of these forms, each with the entry of its form. */
function fromForms<Entry>(entries: Partial<Record<JsonForm, Entry>>): Record<string, Entry> {
  const found: Record<string, Entry> = {};
  for (const [name, form] of Object.entries(JSON_FORMS)) {
    const entry = entries[form];
    if (entry !== undefined) found[name] = entry;
  }
  return found;
}

/** A type of the platform that a type is or extends. */
export interface BuiltinBase {
  builtin: Builtin;
  type: TypeView;
}

/** Finds the type of the platform that a class or an interface extends. */
export function builtinBaseOf(compiler: Compiler, type: TypeView): BuiltinBase | undefined {
  const symbol = compiler.symbol(type);
  if (!symbol || !(hasFlag(symbol, 'class') || hasFlag(symbol, 'interface'))) return undefined;
  for (const base of compiler.baseTypes(type)) {
    const builtin = builtinOf(compiler.symbol(base));
    const found = builtin ? { builtin, type: base } : builtinBaseOf(compiler, base);
    if (found) return found;
  }
  return undefined;
}

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

/** Whether a library of the platform declares a symbol. */
export function isOfPlatform({ declarations }: SymbolView): boolean {
  return declarations.some(({ file }) => isPlatform(file));
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
