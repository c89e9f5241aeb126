import { type Defs, type JsonValue, resolveRef, type Schema } from '@gati/contract';

/** Maximum depth of an example; deeper values are left out. */
const MAX_DEPTH = 6;

/** Values of string formats. */
const FORMATS: Record<string, string> = {
  'date-time': '2026-01-31T12:00:00.000Z',
  date: '2026-01-31',
  time: '12:00:00Z',
  email: 'ada@example.com',
  uri: 'https://example.com/',
  uuid: '0191e0a4-7c5e-7000-8000-000000000000',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  bigint: '42',
};

/**
 * Returns a readable value that fits a schema. Uses the examples and defaults of the schema first.
 * Returns `undefined` if the schema accepts anything, or nothing.
 */
export function exampleOf(schema: Schema, $defs: Defs, depth = 0): JsonValue | undefined {
  const resolved = schema.$ref === undefined ? schema : resolveRef(schema, $defs);
  const [given] = resolved.examples ?? [];
  if (given !== undefined) return given;
  if (resolved.default !== undefined) return resolved.default;
  if (resolved.const !== undefined) return resolved.const;
  if (resolved.enum) return resolved.enum[0];
  if (depth > MAX_DEPTH) return undefined;
  const [member] = resolved.anyOf ?? [];
  if (member) return exampleOf(member, $defs, depth + 1);
  if (resolved.allOf) return mergeExamples(resolved.allOf, $defs, depth);
  switch (resolved.type) {
    case 'object':
      return exampleObject(resolved, $defs, depth);
    case 'array':
      return exampleArray(resolved, $defs, depth);
    case 'string':
      return exampleString(resolved);
    case 'integer':
    case 'number':
      return exampleNumber(resolved);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return resolved.properties ? exampleObject(resolved, $defs, depth) : undefined;
  }
}

function exampleObject(
  { properties = {} }: Schema,
  $defs: Defs,
  depth: number,
): Record<string, JsonValue> {
  const entries = Object.entries(properties).flatMap(([name, schema]): [string, JsonValue][] => {
    const value = exampleOf(schema, $defs, depth + 1);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(entries);
}

function exampleArray({ prefixItems, items }: Schema, $defs: Defs, depth: number): JsonValue[] {
  const schemas = prefixItems ?? (items ? [items] : []);
  return schemas.flatMap((schema) => exampleOf(schema, $defs, depth + 1) ?? []);
}

function exampleString({ format, minLength = 0, pattern }: Schema): string | undefined {
  if (format !== undefined && FORMATS[format] !== undefined) return FORMATS[format];
  // A string that the pattern rejects would not be an example.
  if (pattern !== undefined) return undefined;
  return 'text'.padEnd(minLength, 't');
}

function exampleNumber({ minimum, exclusiveMinimum, maximum, multipleOf }: Schema): number {
  const least = minimum ?? (exclusiveMinimum === undefined ? undefined : exclusiveMinimum + 1);
  const value = least ?? Math.min(1, maximum ?? 1);
  return multipleOf === undefined ? value : Math.ceil(value / multipleOf) * multipleOf;
}

function mergeExamples(
  members: Schema[],
  $defs: Defs,
  depth: number,
): Record<string, JsonValue> | undefined {
  const values = members.map((member) => exampleOf(member, $defs, depth + 1));
  const objects = values.filter((value) => typeof value === 'object' && value !== null);
  return objects.length === 0 ? undefined : Object.assign({}, ...objects);
}
