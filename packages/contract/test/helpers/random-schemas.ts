import type { Defs, Schema } from '../../src/index.ts';
import { refName } from '../../src/schema/refs.ts';
import { children } from '../../src/schema/walk.ts';
import type { Random } from './random.ts';

const NAMES = ['a', 'b', 'c', 'kind'];
const TEXTS = ['x', 'y', 'z', 'abc', '', 'a1', 'é'];
const NUMBERS = [-1, 0, 1, 2, 3, 5, 6, 10, 0.5];
const DEF_NAMES = ['One', 'Two', 'Node'];

export interface Sample {
  schema: Schema;
  $defs: Defs;
}

export function makeSample(random: Random): Sample {
  const $defs: Defs = {};
  for (const name of DEF_NAMES)
    $defs[name] = random.chance(0.4) ? makeObject(random, 2) : makeSchema(random, 2);
  if (random.chance(0.5)) {
    $defs['Node'] = {
      type: 'object',
      properties: {
        a: makeSchema(random, 1),
        b: { type: 'array', items: { $ref: '#/$defs/Node' } },
      },
      required: random.some(['a', 'b']),
    };
  }
  return { schema: makeSchema(random, 3), $defs: breakCycles($defs) };
}

/**
 * Replaces definitions that contain themselves directly (`A = A | B`): validators never end on
 * them.
 */
function breakCycles($defs: Defs): Defs {
  const result = { ...$defs };
  const below = (schema: Schema): string[] => [
    ...(schema.$ref === undefined ? [] : [refName(schema.$ref)]),
    ...[
      ...(schema.anyOf ?? []),
      ...(schema.allOf ?? []),
      ...(schema.not ? [schema.not] : []),
    ].flatMap(below),
  ];
  const reaches = (name: string, seen: Set<string>): Set<string> => {
    for (const next of below(result[name]!)) if (!seen.has(next)) reaches(next, seen.add(next));
    return seen;
  };
  for (const name of DEF_NAMES)
    if (reaches(name, new Set()).has(name)) result[name] = { type: 'string' };
  return result;
}

export function makeSchema(random: Random, depth: number): Schema {
  const roll = random.below(depth > 0 ? 20 : 9);
  if (roll < 2) return makeString(random);
  if (roll < 4) return makeNumber(random);
  if (roll < 5)
    return random.pick<Schema>([
      { type: 'boolean' },
      { type: 'null' },
      {},
      { type: 'boolean', const: true },
    ]);
  if (roll < 7) return makeEnum(random);
  if (roll < 9) return { $ref: `#/$defs/${random.pick(DEF_NAMES)}` };
  if (roll < 14) return makeObject(random, depth - 1);
  if (roll < 16) return makeArray(random, depth - 1);
  if (roll < 17) return makeDiscriminated(random, depth - 1);
  if (roll < 19)
    return {
      anyOf: Array.from({ length: 1 + random.below(3) }, () => makeSchema(random, depth - 1)),
    };
  return makeRare(random, depth - 1);
}

function makeString(random: Random): Schema {
  const schema: Schema = { type: 'string' };
  if (random.chance(0.3)) schema.minLength = random.below(4);
  if (random.chance(0.3)) schema.maxLength = random.below(5);
  if (random.chance(0.2)) schema.pattern = random.pick(['^[a-z]*$', '^a', '1$']);
  if (random.chance(0.1)) schema.format = random.pick(['date', 'email', 'uuid']);
  if (random.chance(0.05)) return { type: 'string', format: 'date-time', 'x-gati-codec': 'date' };
  return schema;
}

function makeNumber(random: Random): Schema {
  const schema: Schema = { type: random.pick(['number', 'integer']) };
  if (random.chance(0.3)) schema.minimum = random.pick(NUMBERS);
  if (random.chance(0.3)) schema.maximum = random.pick(NUMBERS);
  if (random.chance(0.15)) schema.exclusiveMinimum = random.pick(NUMBERS);
  if (random.chance(0.15)) schema.exclusiveMaximum = random.pick(NUMBERS);
  if (random.chance(0.15)) schema.multipleOf = random.pick([0.5, 1, 2, 3, 6, 0.1]);
  return schema;
}

function makeEnum(random: Random): Schema {
  const values = random.chance(0.8)
    ? random.some(TEXTS, 0.4)
    : [
        ...random.some(TEXTS, 0.2),
        ...random.some(NUMBERS, 0.2),
        ...random.some([true, false, null], 0.3),
      ];
  if (values.length === 0) return { const: 'x' };
  const schema: Schema = values.length === 1 ? { const: values[0]! } : { enum: values };
  return random.chance(0.5) && values.every((value) => typeof value === 'string')
    ? { type: 'string', ...schema }
    : schema;
}

function makeObject(random: Random, depth: number): Schema {
  const names = random.some(NAMES);
  const schema: Schema = {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, makeSchema(random, depth)])),
  };
  const required = random.some(names);
  if (required.length > 0) schema.required = required;
  const roll = random.below(10);
  if (roll < 2) schema.additionalProperties = false;
  if (roll === 2) schema.additionalProperties = true;
  if (roll === 3) schema.additionalProperties = makeSchema(random, 0);
  if (random.chance(0.06)) schema.minProperties = random.below(4);
  if (random.chance(0.1)) schema.maxProperties = 1 + random.below(4);
  if (random.chance(0.06))
    schema.propertyNames = random.pick<Schema>([
      { enum: ['a', 'b', 'c'] },
      { type: 'string', minLength: 1 },
      { pattern: '^[a-z]$' },
      { type: 'string', enum: ['kind'] },
    ]);
  return schema;
}

function makeArray(random: Random, depth: number): Schema {
  const schema: Schema = { type: 'array' };
  if (random.chance(0.8)) schema.items = random.chance(0.15) ? false : makeSchema(random, depth);
  if (random.chance(0.3))
    schema.prefixItems = Array.from({ length: 1 + random.below(2) }, () =>
      makeSchema(random, depth),
    );
  if (random.chance(0.2)) schema.minItems = random.below(3);
  if (random.chance(0.2)) schema.maxItems = random.below(4);
  if (random.chance(0.1)) schema.uniqueItems = true;
  return schema;
}

function makeDiscriminated(random: Random, depth: number): Schema {
  const members = random.some(['x', 'y', 'z'], 0.7).map((value): Schema => {
    const object = makeObject(random, depth);
    return {
      ...object,
      properties: { ...object.properties, kind: { const: value } },
      required: [...new Set([...(object.required ?? []), 'kind'])],
    };
  });
  return members.length === 0 ? makeObject(random, depth) : { anyOf: members };
}

function makeRare(random: Random, depth: number): Schema {
  const part = makeSchema(random, depth);
  if (random.chance(0.6)) return { allOf: [part, makeSchema(random, depth)] };
  return random.chance(0.5)
    ? { not: part }
    : { minLength: 1, minimum: 0, required: random.some(NAMES, 0.3) };
}

/** Returns a sample with one to three edits at random places. */
export function mutate(random: Random, { schema, $defs }: Sample): Sample {
  let result: Sample = { schema, $defs };
  for (let edits = 1 + random.below(3); edits > 0; edits--) {
    if (random.chance(0.75)) result = { ...result, schema: editSomewhere(random, result.schema) };
    else {
      const name = random.pick(DEF_NAMES);
      result = {
        ...result,
        $defs: { ...result.$defs, [name]: editSomewhere(random, result.$defs[name]!) },
      };
      result.$defs = breakCycles(result.$defs);
    }
  }
  return result;
}

function editSomewhere(random: Random, schema: Schema): Schema {
  const copy = structuredClone(schema);
  const places: Schema[] = [];
  const collect = (part: Schema): void => {
    places.push(part);
    for (const [, child] of children(part)) collect(child);
  };
  collect(copy);
  const place = random.pick(places);
  const edited = edit(random, place);
  for (const key of Object.keys(place)) delete place[key as keyof Schema];
  Object.assign(place, edited);
  return copy;
}

function edit(random: Random, schema: Schema): Schema {
  const roll = random.below(12);
  if (roll === 0) return makeSchema(random, 1);
  if (roll === 1)
    return {
      anyOf: random.chance(0.5)
        ? [structuredClone(schema), { type: 'null' }]
        : [makeSchema(random, 1), structuredClone(schema)],
    };
  if (roll === 2) return {};
  if (schema.anyOf) return editUnion(random, schema, schema.anyOf);
  if (schema.enum || schema.const !== undefined) return editEnum(random, schema);
  switch (schema.type) {
    case 'object':
      return editObject(random, schema);
    case 'array':
      return random.chance(0.5) ? { ...schema, ...makeArray(random, 1) } : nudge(random, schema);
    case 'string':
      return random.chance(0.4) ? makeString(random) : nudge(random, schema);
    case 'number':
    case 'integer':
      return random.chance(0.4) ? makeNumber(random) : nudge(random, schema);
    default:
      return random.chance(0.5) ? makeSchema(random, 1) : { ...schema, description: 'other words' };
  }
}

function editUnion(random: Random, schema: Schema, anyOf: Schema[]): Schema {
  const roll = random.below(3);
  if (roll === 0) return { ...schema, anyOf: [...anyOf, makeSchema(random, 1)] };
  if (roll === 1 && anyOf.length > 1) return { ...schema, anyOf: anyOf.slice(1) };
  return { ...schema, anyOf: [...anyOf].reverse() };
}

function editEnum(random: Random, schema: Schema): Schema {
  const values = schema.enum ?? [schema.const!];
  const { const: _, enum: __, ...rest } = schema;
  const roll = random.below(4);
  if (roll === 0) return { ...rest, enum: [...values, random.pick(TEXTS)] };
  if (roll === 1 && values.length > 1) return { ...rest, enum: values.slice(1) };
  if (roll === 2) return { ...rest, const: random.pick(TEXTS) };
  return { type: 'string' };
}

function editObject(random: Random, schema: Schema): Schema {
  const { properties = {}, required = [] } = schema;
  const name = random.pick(NAMES);
  const { [name]: _, ...others } = properties;
  switch (random.below(7)) {
    case 0:
      return { ...schema, properties: others, required: required.filter((each) => each !== name) };
    case 1:
      return { ...schema, properties: { ...others, [name]: makeSchema(random, 1) } };
    case 2:
      return { ...schema, required: [...new Set([...required, name])] };
    case 3:
      return { ...schema, required: required.filter((each) => each !== name) };
    case 4:
      return {
        ...schema,
        additionalProperties: random.pick<boolean | Schema>([true, false, { type: 'string' }, {}]),
      };
    case 5: {
      const { additionalProperties: __, ...silent } = schema;
      return silent;
    }
    default:
      return nudge(random, { ...schema, ...(random.chance(0.2) ? { maxProperties: 3 } : {}) });
  }
}

/** Raises, lowers or removes bounds. */
function nudge(random: Random, schema: Schema): Schema {
  const bounds = [
    'minLength',
    'maxLength',
    'minimum',
    'maximum',
    'exclusiveMinimum',
    'exclusiveMaximum',
    'minItems',
    'maxItems',
    'minProperties',
    'maxProperties',
  ] as const;
  const copy = { ...schema };
  for (const bound of bounds) {
    const value = copy[bound];
    if (value === undefined) continue;
    if (random.chance(0.3)) delete copy[bound];
    else
      copy[bound] = Math.max(
        bound.startsWith('e') || bound.endsWith('um') ? -5 : 0,
        value + random.pick([-1, 1]),
      );
  }
  if (random.chance(0.2)) {
    // Makes an inclusive bound exclusive, or the reverse.
    if (copy.minimum !== undefined)
      [copy.minimum, copy.exclusiveMinimum] = [copy.exclusiveMinimum, copy.minimum];
    else if (copy.exclusiveMaximum !== undefined)
      [copy.maximum, copy.exclusiveMaximum] = [copy.exclusiveMaximum, copy.maximum];
    for (const bound of bounds) if (copy[bound] === undefined) delete copy[bound];
  }
  if (random.chance(0.2) && copy.prefixItems)
    copy.prefixItems = random.chance(0.5)
      ? copy.prefixItems.slice(1)
      : [...copy.prefixItems, makeSchema(random, 0)];
  if (random.chance(0.3)) {
    delete copy.pattern;
    delete copy.format;
    delete copy.multipleOf;
    delete copy.uniqueItems;
  }
  return copy;
}
