import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';

/** Deterministic random numbers (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export type Vendor = 'zod' | 'valibot' | 'arktype';

/** Library-independent description of a field's schema. */
export type Spec =
  | { kind: 'string'; min?: number; max?: number; pattern?: string; trim?: true; email?: true }
  | { kind: 'number'; min?: number; max?: number; int?: true; step?: number }
  | { kind: 'boolean' | 'null' | 'any' }
  | { kind: 'literal'; values: (string | number)[] }
  | { kind: 'array'; item: Spec; min?: number; max?: number }
  | { kind: 'object'; fields: Record<string, Field>; keys: 'remove' | 'keep' | 'reject' }
  | { kind: 'union'; options: Spec[] }
  | { kind: 'variant'; options: Spec[] }
  | { kind: 'record'; value: Spec }
  | { kind: 'nullable'; inner: Spec }
  | { kind: 'refined'; inner: Spec };

export interface Field {
  spec: Spec;
  optional?: true;
  /** A value for the absent field. */
  fallback?: string | number;
}

const NAMES = ['a', 'b', 'name', 'x-y', 'ä'];
const PATTERNS = ['^[a-z]+$', '^.{2,3}$', '^[^0-9]*$'];

/** Creates a random object schema, as request bodies are. */
export function randomSpec(random: () => number): Spec {
  return randomObject(random, 3);
}

function randomObject(random: () => number, depth: number, tag?: string): Spec {
  const fields: Record<string, Field> = {};
  for (const name of NAMES.slice(0, 1 + pick(random, NAMES.length))) {
    const spec = randomAny(random, depth - 1);
    const field: Field = { spec };
    const chance = random();
    if (chance < 0.25) field.optional = true;
    else if (chance < 0.32 && spec.kind === 'number') field.fallback = spec.min ?? 1;
    fields[name] = field;
  }
  if (tag !== undefined) fields['tag'] = { spec: { kind: 'literal', values: [tag] } };
  return {
    kind: 'object',
    fields,
    keys: one(random, ['remove', 'remove', 'keep', 'reject'] as const),
  };
}

function randomAny(random: () => number, depth: number): Spec {
  const kinds = [
    'string',
    'string',
    'number',
    'number',
    'boolean',
    'null',
    'literal',
    'any',
  ] as const;
  const nested = ['array', 'object', 'union', 'variant', 'record', 'nullable', 'refined'] as const;
  const kind = depth > 0 && random() < 0.5 ? one(random, nested) : one(random, kinds);
  switch (kind) {
    case 'string': {
      const min = random() < 0.3 ? pick(random, 4) : undefined;
      return {
        kind,
        ...(min !== undefined && { min }),
        ...(random() < 0.3 && { max: (min ?? 0) + pick(random, 4) }),
        ...(random() < 0.15 && { pattern: one(random, PATTERNS) }),
        ...(random() < 0.05 && { trim: true as const }),
        ...(random() < 0.05 && { email: true as const }),
      };
    }
    case 'number':
      return {
        kind,
        ...(random() < 0.3 && { min: pick(random, 20) - 10 }),
        ...(random() < 0.3 && { max: 10 + pick(random, 20) }),
        ...(random() < 0.3 && { int: true as const }),
        ...(random() < 0.1 && { step: one(random, [2, 5, 0.1]) }),
      };
    case 'literal':
      return { kind, values: [one(random, ['x', 'y', '']), one(random, ['z', 1, 0])] };
    case 'array':
      return {
        kind,
        item: randomAny(random, depth - 1),
        ...(random() < 0.3 && { min: pick(random, 2) }),
        ...(random() < 0.3 && { max: 1 + pick(random, 3) }),
      };
    case 'object':
      return randomObject(random, depth);
    case 'union':
      return { kind, options: [randomAny(random, depth - 1), randomAny(random, depth - 1)] };
    case 'variant':
      return {
        kind,
        options: [randomObject(random, depth - 1, 'one'), randomObject(random, depth - 1, 'two')],
      };
    case 'record':
      return { kind, value: randomAny(random, depth - 1) };
    case 'nullable':
    case 'refined':
      return { kind, inner: randomAny(random, depth - 1) };
    default:
      return { kind };
  }
}

/** Creates the schema of a library. */
export function toSchema(spec: Spec, vendor: Vendor): unknown {
  switch (vendor) {
    case 'zod':
      return toZod(spec);
    case 'valibot':
      return toValibot(spec);
    case 'arktype':
      return toArktype(spec);
  }
}

/** Returns whether the refined schemas of all libraries reject a value. */
const isRejected = (value: unknown): boolean => JSON.stringify(value)?.length === 4;

function toZod(spec: Spec): z.ZodType {
  switch (spec.kind) {
    case 'string': {
      let schema = spec.email ? z.string().email() : z.string();
      if (spec.trim) schema = schema.trim();
      if (spec.min !== undefined) schema = schema.min(spec.min);
      if (spec.max !== undefined) schema = schema.max(spec.max);
      if (spec.pattern !== undefined) schema = schema.regex(new RegExp(spec.pattern));
      return schema;
    }
    case 'number': {
      let schema = spec.int ? z.number().int() : z.number();
      if (spec.min !== undefined) schema = schema.min(spec.min);
      if (spec.max !== undefined) schema = schema.max(spec.max);
      if (spec.step !== undefined) schema = schema.multipleOf(spec.step);
      return schema;
    }
    case 'boolean':
      return z.boolean();
    case 'null':
      return z.null();
    case 'any':
      return z.unknown();
    case 'literal':
      return z.literal(spec.values);
    case 'array': {
      let schema = z.array(toZod(spec.item));
      if (spec.min !== undefined) schema = schema.min(spec.min);
      if (spec.max !== undefined) schema = schema.max(spec.max);
      return schema;
    }
    case 'object': {
      const shape = Object.fromEntries(
        Object.entries(spec.fields).map(([name, { spec: inner, optional, fallback }]) => {
          const schema = toZod(inner);
          if (fallback !== undefined) return [name, schema.default(fallback as never)];
          return [name, optional ? schema.optional() : schema];
        }),
      );
      if (spec.keys === 'reject') return z.strictObject(shape);
      return spec.keys === 'keep' ? z.looseObject(shape) : z.object(shape);
    }
    case 'union':
      return z.union(spec.options.map(toZod) as [z.ZodType, z.ZodType]);
    case 'variant':
      return z.discriminatedUnion('tag', spec.options.map(toZod) as [z.ZodObject, z.ZodObject]);
    case 'record':
      return z.record(z.string(), toZod(spec.value));
    case 'nullable':
      return toZod(spec.inner).nullable();
    case 'refined':
      return toZod(spec.inner).refine((value) => !isRejected(value), 'rejected');
  }
}

type Valibot = v.GenericSchema;

function toValibot(spec: Spec): Valibot {
  const pipe = (schema: Valibot, actions: unknown[]): Valibot =>
    actions.length === 0
      ? schema
      : (v.pipe as unknown as (...items: unknown[]) => Valibot)(schema, ...actions);
  switch (spec.kind) {
    case 'string':
      return pipe(v.string(), [
        ...(spec.trim ? [v.trim()] : []),
        ...(spec.email ? [v.email()] : []),
        ...(spec.min !== undefined ? [v.minLength(spec.min)] : []),
        ...(spec.max !== undefined ? [v.maxLength(spec.max)] : []),
        ...(spec.pattern !== undefined ? [v.regex(new RegExp(spec.pattern))] : []),
      ]);
    case 'number':
      return pipe(v.number(), [
        ...(spec.int ? [v.integer()] : []),
        ...(spec.min !== undefined ? [v.minValue(spec.min)] : []),
        ...(spec.max !== undefined ? [v.maxValue(spec.max)] : []),
        ...(spec.step !== undefined ? [v.multipleOf(spec.step)] : []),
      ]);
    case 'boolean':
      return v.boolean();
    case 'null':
      return v.null();
    case 'any':
      return v.unknown();
    case 'literal':
      return v.picklist(spec.values);
    case 'array':
      return pipe(v.array(toValibot(spec.item)), [
        ...(spec.min !== undefined ? [v.minLength(spec.min)] : []),
        ...(spec.max !== undefined ? [v.maxLength(spec.max)] : []),
      ]);
    case 'object': {
      const entries = Object.fromEntries(
        Object.entries(spec.fields).map(([name, { spec: inner, optional, fallback }]) => {
          const schema = toValibot(inner);
          if (fallback !== undefined) return [name, v.optional(schema, fallback)];
          return [name, optional ? v.optional(schema) : schema];
        }),
      );
      if (spec.keys === 'reject') return v.strictObject(entries);
      return spec.keys === 'keep' ? v.looseObject(entries) : v.object(entries);
    }
    case 'union':
      return v.union(spec.options.map(toValibot));
    case 'variant':
      return v.variant('tag', spec.options.map(toValibot) as never) as Valibot;
    case 'record':
      return v.record(v.string(), toValibot(spec.value));
    case 'nullable':
      return v.nullable(toValibot(spec.inner));
    case 'refined':
      return pipe(toValibot(spec.inner), [v.check((value) => !isRejected(value), 'rejected')]);
  }
}

interface Ark {
  array(): Ark & { atLeastLength(n: number): Ark; atMostLength(n: number): Ark };
  or(other: unknown): Ark;
  narrow(test: (value: unknown) => boolean): Ark;
}

function toArktype(spec: Spec): Ark {
  const make = type as unknown as (definition: unknown) => Ark;
  switch (spec.kind) {
    case 'string': {
      let schema = make(spec.trim ? 'string.trim' : spec.email ? 'string.email' : 'string');
      if (spec.trim || spec.email) return schema;
      const bounded = schema as unknown as {
        atLeastLength(n: number): typeof bounded;
        atMostLength(n: number): typeof bounded;
        matching(pattern: RegExp): typeof bounded;
      };
      let result = bounded;
      if (spec.min !== undefined) result = result.atLeastLength(spec.min);
      if (spec.max !== undefined) result = result.atMostLength(spec.max);
      if (spec.pattern !== undefined) result = result.matching(new RegExp(spec.pattern));
      schema = result as unknown as Ark;
      return schema;
    }
    case 'number': {
      let definition = spec.int ? 'number.integer' : 'number';
      if (spec.min !== undefined) definition += ` >= ${spec.min}`;
      if (spec.max !== undefined) definition += ` & number <= ${spec.max}`;
      if (spec.step !== undefined && Number.isInteger(spec.step))
        definition += ` & number % ${spec.step}`;
      return make(definition);
    }
    case 'boolean':
    case 'null':
      return make(spec.kind);
    case 'any':
      return make('unknown');
    case 'literal':
      return make(
        spec.values.map((value) => (typeof value === 'string' ? `'${value}'` : value)).join(' | '),
      );
    case 'array': {
      let schema = toArktype(spec.item).array();
      if (spec.min !== undefined) schema = schema.atLeastLength(spec.min) as typeof schema;
      if (spec.max !== undefined) schema = schema.atMostLength(spec.max) as typeof schema;
      return schema;
    }
    case 'object':
      return make({
        ...(spec.keys === 'reject'
          ? { '+': 'reject' }
          : spec.keys === 'remove'
            ? { '+': 'delete' }
            : {}),
        ...Object.fromEntries(
          Object.entries(spec.fields).map(([name, { spec: inner, optional, fallback }]) => {
            const schema = toArktype(inner);
            if (fallback !== undefined) return [name, [schema, '=', fallback]];
            return [optional ? `${name}?` : name, schema];
          }),
        ),
      });
    case 'union':
    case 'variant':
      return toArktype(spec.options[0]!).or(toArktype(spec.options[1]!));
    case 'record':
      return make({ '[string]': toArktype(spec.value) });
    case 'nullable':
      return toArktype(spec.inner).or(make('null'));
    case 'refined':
      return toArktype(spec.inner).narrow((value) => !isRejected(value));
  }
}

const STRINGS = [
  '',
  'a',
  'ab',
  'abcd',
  ' x ',
  '😀',
  '😀😀',
  'a@b.co',
  'A1',
  'x',
  'one',
  '\ud800',
  'é',
];
const NUMBERS = [0, 1, -1, 2, 5, 10, 0.3, 2.5, 1e21, 1e300, 2 ** 53, -0, 15];

/** Creates a value that often fits the schema and sometimes misses it by a little. */
export function randomValue(spec: Spec, random: () => number): unknown {
  if (random() < 0.08) return one(random, [null, true, '', 0, [], {}, 'a', { a: 1 }]);
  switch (spec.kind) {
    case 'string':
      return one(random, STRINGS);
    case 'number':
      return one(random, NUMBERS);
    case 'boolean':
      return random() < 0.5;
    case 'null':
      return null;
    case 'any':
      return one(random, [null, 1, 'a', { deep: [1] }, [{}]]);
    case 'literal':
      return one(random, spec.values);
    case 'array':
      return Array.from({ length: pick(random, 4) }, () => randomValue(spec.item, random));
    case 'object': {
      const value: Record<string, unknown> = {};
      for (const [name, { spec: inner, optional, fallback }] of Object.entries(spec.fields)) {
        if (random() < (optional || fallback !== undefined ? 0.4 : 0.05)) continue;
        value[name] = randomValue(inner, random);
      }
      if (random() < 0.25)
        value[one(random, ['more', 'b', 'toString'])] = one(random, [1, 'x', {}]);
      return value;
    }
    case 'union':
    case 'variant':
      return randomValue(one(random, spec.options), random);
    case 'record':
      return Object.fromEntries(
        Array.from({ length: pick(random, 3) }, () => [
          one(random, NAMES),
          randomValue(spec.value, random),
        ]),
      );
    case 'nullable':
      return random() < 0.3 ? null : randomValue(spec.inner, random);
    case 'refined':
      return randomValue(spec.inner, random);
  }
}

const pick = (random: () => number, below: number): number => Math.floor(random() * below);
const one = <T>(random: () => number, values: readonly T[]): T =>
  values[pick(random, values.length)]!;
