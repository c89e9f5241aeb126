import type { Defs, JsonValue, Schema } from '../../src/index.ts';
import { refName } from '../../src/schema/refs.ts';
import type { Random } from './random.ts';

/** Name of an undeclared property: no declared property has it. */
export const EXTRA = 'zz';

const ANYTHING: JsonValue[] = [
  null,
  true,
  false,
  0,
  1,
  -1,
  2.5,
  6,
  '',
  'x',
  'abc',
  'a1',
  'é',
  [],
  ['x'],
  {},
  { a: 1 },
  { a: 'x', kind: 'y' },
  '2026-01-31',
  'a@b.co',
];

/**
 * Makes a value that likely matches the schema, near its bounds. An object without
 * `additionalProperties` gets only {@link EXTRA} as an undeclared property, an explicitly open one
 * gets others too.
 */
export function makeValue(random: Random, schema: Schema, $defs: Defs, depth = 4): JsonValue {
  const make = (part: Schema): JsonValue => makeValue(random, part, $defs, depth - 1);
  if (schema.$ref !== undefined) return depth <= 0 ? null : make($defs[refName(schema.$ref)]!);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return random.pick(schema.enum);
  if (schema.anyOf) return schema.anyOf.length === 0 ? null : make(random.pick(schema.anyOf));
  if (schema.allOf) {
    const parts = schema.allOf.map(make);
    return parts.every(isObject) ? Object.assign({}, ...parts) : random.pick(parts);
  }
  switch (schema.type) {
    case 'null':
      return null;
    case 'boolean':
      return random.chance(0.5);
    case 'string':
      return makeText(random, schema);
    case 'number':
    case 'integer':
      return makeNumber(random, schema);
    case 'array':
      return makeArray(random, schema, depth, make);
    case 'object':
      return makeObject(random, schema, depth, make);
    default:
      return structuredClone(random.pick(ANYTHING));
  }
}

function makeText(random: Random, { minLength = 0, maxLength = 6, format }: Schema): string {
  if (format === 'date') return '2026-01-31';
  if (format === 'date-time') return '2026-01-31T12:00:00Z';
  if (format === 'email') return 'a@b.co';
  if (format === 'uuid') return '00000000-0000-4000-8000-000000000000';
  const length = random.pick([
    minLength,
    maxLength,
    minLength + random.below(4),
    Math.max(0, maxLength - 1),
  ]);
  return random.pick([
    random.pick(['x', 'y', 'z', 'abc', 'a1', '', 'é']),
    'a'.repeat(length),
    `${'a'.repeat(Math.max(0, length - 1))}1`,
    'É1'.repeat(length).slice(0, length),
  ]);
}

function makeNumber(
  random: Random,
  { type, minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf = 1 }: Schema,
): number {
  const edges = [minimum, maximum, exclusiveMinimum, exclusiveMaximum].filter(
    (edge) => edge !== undefined,
  );
  const base = random.pick([...edges, ...edges, 0, 3, 6]);
  const value = base + random.pick([0, 0, 1, -1, 0.5, -0.25, multipleOf, -multipleOf, 1e-6, 1e9]);
  return type === 'integer' ? Math.round(value) : value;
}

function makeArray(
  random: Random,
  { prefixItems = [], items = {}, minItems = 0, maxItems = 4 }: Schema,
  depth: number,
  make: (part: Schema) => JsonValue,
): JsonValue[] {
  const most =
    depth <= 0 ? minItems : items === false ? Math.min(maxItems, prefixItems.length) : maxItems;
  const length = Math.min(random.pick([minItems, most, minItems + random.below(3)]), 6);
  return Array.from({ length }, (_, index) => make(prefixItems[index] ?? (items || {})));
}

function makeObject(
  random: Random,
  schema: Schema,
  depth: number,
  make: (part: Schema) => JsonValue,
): JsonValue {
  const { properties = {}, required = [], additionalProperties: rest } = schema;
  const value: Record<string, JsonValue> = {};
  for (const [name, property] of Object.entries(properties)) {
    if (required.includes(name) || (depth > 0 && random.chance(0.5))) value[name] = make(property);
  }
  const promised = rest === undefined ? {} : rest === true ? {} : rest;
  if (promised === false) return value;
  for (const name of required) if (!(name in properties)) value[name] = make(promised);
  if (random.chance(0.2)) value[EXTRA] = make(promised);
  if (rest !== undefined && random.chance(0.6)) {
    const name = random.pick(['a', 'b', 'c', 'kind', 'other']);
    if (!(name in properties)) value[name] = make(promised);
  }
  return value;
}

/** Returns a value with one of its parts replaced or left out. */
export function spoil(random: Random, value: JsonValue): JsonValue {
  if (random.chance(0.3) || typeof value !== 'object' || value === null)
    return structuredClone(random.pick(ANYTHING));
  if (Array.isArray(value)) {
    const copy = [...value];
    if (copy.length > 0)
      copy.splice(
        random.below(copy.length),
        1,
        ...(random.chance(0.5) ? [] : [spoil(random, random.pick(copy))]),
      );
    return copy;
  }
  const copy = { ...value };
  const names = Object.keys(copy);
  if (names.length === 0) return copy;
  const name = random.pick(names);
  if (random.chance(0.4)) delete copy[name];
  else copy[name] = spoil(random, copy[name]!);
  return copy;
}

function isObject(value: JsonValue): value is Record<string, JsonValue> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
