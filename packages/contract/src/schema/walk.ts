import type { Schema } from './ir.ts';

/**
 * Keywords that contain one schema, and keywords that contain a list. `properties` contains a map.
 */
const ONE = ['not', 'propertyNames', 'additionalProperties', 'items'] as const;
const LIST = ['anyOf', 'allOf', 'prefixItems'] as const;

/**
 * Yields the direct children of a schema, each with its JSON Pointer, for example `/properties/id`.
 */
export function* children(schema: Schema): Generator<[pointer: string, child: Schema]> {
  for (const key of ONE) {
    const child = schema[key];
    if (typeof child === 'object') yield [`/${key}`, child];
  }
  for (const key of LIST) {
    for (const [index, child] of (schema[key] ?? []).entries()) yield [`/${key}/${index}`, child];
  }
  for (const [name, child] of Object.entries(schema.properties ?? {}))
    yield [`/properties/${escapePointer(name)}`, child];
}

/**
 * Calls `visit` for a schema and all schemas inside it, parents first. Does not follow `$ref`, so
 * it ends on recursive schemas.
 */
export function walkSchema(
  schema: Schema,
  visit: (schema: Schema, pointer: string) => void,
  pointer = '',
): void {
  visit(schema, pointer);
  for (const [step, child] of children(schema)) walkSchema(child, visit, pointer + step);
}

/** Returns a copy in which each schema is replaced by `change(schema)`, children first. */
export function mapSchema(schema: Schema, change: (schema: Schema) => Schema): Schema {
  const copy: Schema = { ...schema };
  for (const key of ONE) {
    const child = schema[key];
    if (typeof child === 'object') copy[key] = mapSchema(child, change);
  }
  for (const key of LIST) {
    const list = schema[key];
    if (list) copy[key] = list.map((child) => mapSchema(child, change));
  }
  if (schema.properties)
    copy.properties = mapValues(schema.properties, (child) => mapSchema(child, change));
  return change(copy);
}

/** Maps the values of an object. Reads own keys only; `__proto__` stays an ordinary key. */
export function mapValues<In, Out>(
  object: Record<string, In>,
  change: (value: In, key: string) => Out,
): Record<string, Out> {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [key, change(value, key)]),
  );
}

/** Escapes one segment of a JSON Pointer (RFC 6901). */
export function escapePointer(segment: string): string {
  return segment.replaceAll('~', '~0').replaceAll('/', '~1');
}
