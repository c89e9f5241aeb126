import type { Defs, RouteContract, Schema } from '@gati/contract';
import * as fc from 'fast-check';
import { describe, test } from 'vitest';
import { compileDecode } from '../../../runtime-h3/src/validate/decode.ts';
import { explain } from '../../../runtime-h3/src/validate/explain.ts';
import { fits } from '../../../runtime-h3/src/validate/fits.ts';
import { compileChecks } from '../../src/compile/compile-checks.ts';

const string: Schema = { type: 'string' };
const none: Schema = { type: 'null' };
const T: Schema = { $ref: '#/$defs/T' };
const object = (
  properties: Record<string, Schema>,
  required = Object.keys(properties),
): Schema => ({
  type: 'object',
  properties,
  required,
});

/** Definitions of `T`, by what their branches share. Each value has a child at `a`, some at `b`. */
const TYPES: Record<string, Defs> = {
  'a nullable parent': { T: object({ a: { anyOf: [T, none] }, at: string }, ['a']) },
  'branches that overlap': { T: { anyOf: [object({ a: T }), object({ a: T, c: { const: 1 } }), none] } },
  'a tag after the children': {
    T: {
      anyOf: [
        object({ a: T, b: T, tag: { const: 'x' } }, ['a', 'tag']),
        object({ a: T, b: T, tag: { const: 'y' } }, ['a', 'tag']),
        object({ a: T, b: T, tag: { const: 'z' } }, ['a', 'tag']),
        none,
      ],
    },
  },
  'an intersection': {
    T: { allOf: [object({ a: { anyOf: [T, none] } }, []), object({ a: { anyOf: [T, none] } }, [])] },
  },
  'two definitions': {
    T: { anyOf: [object({ a: { $ref: '#/$defs/U' } }), object({ a: { $ref: '#/$defs/U' }, c: string }), none] },
    U: { anyOf: [object({ a: T }), object({ a: T, tag: { const: 'y' } }), none] },
  },
  'a list or an object': {
    T: {
      anyOf: [
        { type: 'array', items: T },
        { type: 'array', items: { anyOf: [T, string] } },
        { type: 'object', additionalProperties: T },
        none,
      ],
    },
  },
  'the negation of itself': { T: { anyOf: [object({ a: T }, []), none], not: object({ a: { not: T } }) } },
  'a set': { T: { type: 'array', uniqueItems: true, items: { anyOf: [T, object({ a: T }), { type: 'number' }] } } },
}; // prettier-ignore

/** The same types with a date, so that there is something to decode. */
function withCodec($defs: Defs): Defs {
  const date: Schema = { type: 'string', format: 'date-time', 'x-gati-codec': 'date' };
  return Object.fromEntries(
    Object.entries($defs).map(([name, schema]) => [
      name,
      { anyOf: [schema, object({ a: { anyOf: [{ $ref: `#/$defs/${name}` }, none] }, date }, ['date'])] },
    ]),
  ); // prettier-ignore
}

/** Reads of one property or item: a few by each branch that a type has. */
const READS = 40;

/** Watches how often a walk reads properties and items. Throws at a limit, so that a test ends. */
function watch(value: unknown, onRead: () => void): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const watched = Array.isArray(value)
    ? value.map((item) => watch(item, onRead))
    : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, watch(item, onRead)]));
  return new Proxy(watched as object, {
    get(target, key, receiver) {
      if (typeof key === 'string') onRead();
      return Reflect.get(target, key, receiver) as unknown;
    },
  });
}

const route = (body: Schema): RouteContract => ({
  id: 'POST /x', method: 'POST', path: '/x', domain: 'root', name: ['x'], file: 'x.ts',
  body: { contentTypes: ['application/json'], required: true, schema: body }, responses: {},
}); // prettier-ignore

/** Runs each walk on a value. Throws when one of them reads more often than `limit`. */
function walkAll($defs: Defs, value: unknown, limit: number): void {
  const walks: Record<string, (value: unknown) => unknown> = {
    check: compileChecks(route(T), $defs).input.body!.check,
    explain: (input) => explain(T, $defs, input, 'body'),
    fits: (input) => fits(T, $defs, input),
    decode: (input) => compileDecode(T, $defs)?.(input),
  };
  for (const [name, walk] of Object.entries(walks)) {
    let reads = 0;
    const watched = watch(value, () => {
      if (++reads > limit) throw new Error(`${name} reads more than ${limit} times`);
    });
    walk(watched);
  }
}

/** Number of properties and items of a value. */
function sizeOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((size, item) => size + sizeOf(item), 1);
}

/** A chain of `depth` levels with side branches, whose innermost value decides whether it fits. */
const chain = fc.record({
  depth: fc.integer({ min: 20, max: 60 }),
  inner: fc.constantFrom<unknown>(null, 5, 'x', {}, { a: 5 }, []),
  level: fc.record(
    {
      b: fc.constantFrom(null, 5, { a: null, tag: 'z' }),
      c: fc.constantFrom(1, 2, 'x'),
      tag: fc.constantFrom('x', 'y', 'z', 'w'),
      at: fc.constantFrom('x', 5),
      date: fc.constantFrom('2026-01-01T00:00:00Z', 'never'),
    },
    { requiredKeys: [] },
  ),
  list: fc.boolean(),
});

function grow({ depth, inner, level, list }: typeof chain extends fc.Arbitrary<infer C> ? C : never): unknown {
  let value = inner;
  for (let n = 0; n < depth; n++) value = list && n % 2 === 0 ? [0, value] : { ...level, a: value };
  return value;
} // prettier-ignore

describe('work for one value is linear in its size', () => {
  for (const [name, plain] of Object.entries(TYPES)) {
    for (const [kind, $defs] of [
      ['', plain],
      [' and a codec', withCodec(plain)],
    ] as const) {
      test(`for a recursive type with ${name}${kind}`, () => {
        fc.assert(
          fc.property(chain, (shape) => {
            const value = grow(shape);
            walkAll($defs, value, sizeOf(value) * READS);
          }),
          { seed: 12, numRuns: 60 },
        );
      }); // prettier-ignore
    }
  }
});
