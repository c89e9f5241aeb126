import { describe, expect, test } from 'vitest';
import {
  canonicalJson,
  canonicalSchema,
  sortSchema,
  type Defs,
  equalJson,
  equalSchemas,
  hasCodec,
  mergeDefs,
  pruneDefs,
  resolveRef,
  type Schema,
  walkSchema,
} from '../../src/index.ts';

const text: Schema = { type: 'string' };
const date: Schema = { type: 'string', format: 'date-time', 'x-gati-codec': 'date' };

const tree = (leaf: Schema): Defs => ({
  Tree: {
    type: 'object',
    properties: { leaf, children: { type: 'array', items: { $ref: '#/$defs/Tree' } } },
  },
});

describe('references', () => {
  test('resolveRef follows chains; keywords beside a reference win', () => {
    const defs: Defs = { A: { $ref: '#/$defs/B' }, B: { type: 'string', description: 'b' } };
    expect(resolveRef({ $ref: '#/$defs/A', description: 'mine' }, defs)).toEqual({
      type: 'string',
      description: 'mine',
    });
    expect(resolveRef(text, defs)).toBe(text);
  });

  test('resolveRef throws GATI_SCHEMA_REF for missing and cyclic references', () => {
    expect(() => resolveRef({ $ref: '#/$defs/Gone' }, {})).toThrow(/GATI_SCHEMA_REF.*Gone/);
    expect(() => resolveRef({ $ref: '#/$defs/toString' }, {})).toThrow(/GATI_SCHEMA_REF/);
    expect(() =>
      resolveRef({ $ref: '#/$defs/A' }, { A: { $ref: '#/$defs/B' }, B: { $ref: '#/$defs/A' } }),
    ).toThrow(/GATI_SCHEMA_REF/);
  });

  test('pruneDefs keeps all definitions that are referred to', () => {
    const defs: Defs = {
      Unused: text,
      Node: {
        type: 'object',
        properties: { next: { $ref: '#/$defs/Node' }, leaf: { $ref: '#/$defs/Leaf' } },
      },
      Leaf: text,
    };
    expect(
      Object.keys(pruneDefs([{ type: 'array', items: { $ref: '#/$defs/Node' } }], defs)),
    ).toEqual(['Leaf', 'Node']);
    expect(pruneDefs([text], defs)).toEqual({});
  });

  test('walkSchema visits schemas with their JSON Pointers', () => {
    const seen: string[] = [];
    walkSchema(
      {
        anyOf: [
          { type: 'object', properties: { 'a/b': { type: 'array', items: text } } },
          { not: text },
        ],
      },
      (_, at) => seen.push(at),
    );
    expect(seen).toEqual([
      '',
      '/anyOf/0',
      '/anyOf/0/properties/a~1b',
      '/anyOf/0/properties/a~1b/items',
      '/anyOf/1',
      '/anyOf/1/not',
    ]);
  });

  test('hasCodec finds codecs through recursive references', () => {
    const defs: Defs = {
      Tree: {
        type: 'object',
        properties: {
          children: { type: 'array', items: { $ref: '#/$defs/Tree' } },
          at: { $ref: '#/$defs/At' },
        },
      },
      At: date,
      Loop: { type: 'object', properties: { loop: { $ref: '#/$defs/Loop' } } },
    };
    expect(hasCodec({ $ref: '#/$defs/Tree' }, defs)).toBe(true);
    expect(hasCodec({ $ref: '#/$defs/Loop' }, defs)).toBe(false);
    expect(hasCodec({ type: 'array', prefixItems: [text, date] }, {})).toBe(true);
  });
});

describe('equality', () => {
  test('equalJson ignores the order of keys and undefined keys', () => {
    expect(
      equalJson({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null, d: undefined }], a: 1 }),
    ).toBe(true);
    expect(equalJson({ a: undefined }, { b: undefined })).toBe(true);
    expect(equalJson([1, 2], [2, 1])).toBe(false);
    expect(equalJson({ a: 1 }, { a: 1, b: 2 })).toBe(false);
    expect(equalJson({}, [])).toBe(false);
    expect(equalJson(null, {})).toBe(false);
  });

  test('equalSchemas compares canonical forms', () => {
    const one: Schema = { type: 'object', properties: { a: text, b: date }, required: ['b', 'a'] };
    const other: Schema = {
      required: ['a', 'b', 'a'],
      properties: { b: date, a: text },
      type: 'object',
    };
    expect(equalSchemas(one, other)).toBe(true);
    expect(
      equalSchemas({ anyOf: [text, { type: 'null' }] }, { anyOf: [{ type: 'null' }, text] }),
    ).toBe(true);
    expect(equalSchemas(text, { type: 'number' })).toBe(false);
  });
});

describe('sortSchema', () => {
  test.each<[string, Schema, Schema]>([
    [
      'flattens nested unions',
      { anyOf: [{ anyOf: [text, { type: 'number' }] }, { type: 'boolean' }] },
      { anyOf: [{ type: 'boolean' }, { type: 'number' }, text] },
    ],
    [
      'drops duplicate members',
      { anyOf: [text, { type: 'number' }, { ...text }] },
      { anyOf: [{ type: 'number' }, text] },
    ],
    ['unwraps a single member', { anyOf: [text, text] }, text],
    [
      'keeps the outer annotations when it unwraps',
      { anyOf: [{ ...text, description: 'in' }], description: 'out' },
      { ...text, description: 'out' },
    ],
    [
      'keeps constraints of both levels when it unwraps',
      { type: 'string', anyOf: [{ type: 'string', minLength: 1 }] },
      { type: 'string', allOf: [{ type: 'string', minLength: 1 }] },
    ],
    [
      'merges literals into one enum',
      { anyOf: [{ const: 'b' }, { enum: ['a', 'c'] }, { const: 'b' }] },
      { enum: ['a', 'b', 'c'] },
    ],
    [
      'turns true and false into boolean',
      { anyOf: [{ const: true }, { const: false }] },
      { type: 'boolean' },
    ],
    [
      'sorts members with a codec first and null last',
      { anyOf: [{ type: 'null' }, text, date] },
      { anyOf: [date, text, { type: 'null' }] },
    ],
    ['drops members that accept nothing', { anyOf: [{ not: {} }, text] }, text],
    [
      'turns an empty union into a schema that accepts nothing',
      { anyOf: [{ not: {} }] },
      { not: {} },
    ],
    ['turns a union with an unknown member into unknown', { anyOf: [text, {}] }, {}],
    [
      'turns an enum with one value into a const',
      { type: 'string', enum: ['a', 'a'] },
      { type: 'string', const: 'a' },
    ],
    [
      'sorts required and drops an empty list',
      {
        anyOf: [
          { type: 'object', required: [] },
          { type: 'object', required: ['b', 'a'] },
        ],
      },
      { anyOf: [{ type: 'object', required: ['a', 'b'] }, { type: 'object' }] },
    ],
  ])('%s', (_, given, canonical) => {
    expect(sortSchema(given)).toEqual(canonical);
    expect(sortSchema(canonical)).toEqual(canonical);
    expect(sortSchema(canonicalSchema(given))).toEqual(canonical);
  });
});

describe('canonicalSchema', () => {
  test('keeps the order of required, enum and anyOf, with codecs first and null last', () => {
    const schema: Schema = {
      type: 'object',
      required: ['b', 'a', 'b'],
      properties: {
        b: { anyOf: [{ type: 'null' }, { const: 'y' }, text, date, { enum: ['x', 'y'] }] },
        a: { type: 'string', enum: ['b', 'a', 'b'] },
      },
    };
    const canonical: Schema = {
      type: 'object',
      required: ['b', 'a'],
      properties: {
        b: { anyOf: [date, { enum: ['y', 'x'] }, text, { type: 'null' }] },
        a: { type: 'string', enum: ['b', 'a'] },
      },
    };
    expect(canonicalSchema(schema)).toEqual(canonical);
    expect(canonicalSchema(canonical)).toEqual(canonical);
  });

  test('drops members that differ in their order only', () => {
    const of = (...required: string[]): Schema => ({ type: 'object', required });
    expect(canonicalSchema({ anyOf: [of('b', 'a'), of('a', 'b')] })).toEqual(of('b', 'a'));
  });

  test('keeps the order of properties, while canonicalJson sorts them', () => {
    const schema: Schema = { properties: { z: text, a: text }, type: 'object' };
    expect(Object.keys(canonicalSchema(schema).properties!)).toEqual(['z', 'a']);
    expect(canonicalJson(schema)).toBe(
      '{"properties":{"a":{"type":"string"},"z":{"type":"string"}},"type":"object"}',
    );
  });

  test('keeps a property with the name __proto__', () => {
    const schema = JSON.parse(
      '{"type":"object","properties":{"__proto__":{"type":"string"}}}',
    ) as Schema;
    expect(canonicalJson(canonicalSchema(schema))).toBe(
      '{"properties":{"__proto__":{"type":"string"}},"type":"object"}',
    );
  });
});

describe('mergeDefs', () => {
  test('keeps one definition if they mean the same', () => {
    const { $defs, rewrites } = mergeDefs([
      { A: { type: 'string', minLength: 1 } },
      { A: { minLength: 1, type: 'string' } },
    ]);
    expect($defs).toEqual({ A: { type: 'string', minLength: 1 } });
    expect(rewrites[1]!({ $ref: '#/$defs/A' })).toEqual({ $ref: '#/$defs/A' });
  });

  test('numbers definitions that differ and never reuses a taken name', () => {
    const { $defs, rewrites } = mergeDefs([
      { A: text },
      { A: { type: 'number' } },
      { A: { type: 'boolean' }, A2: { type: 'null' } },
      { A: { type: 'number' } },
    ]);
    expect($defs).toEqual({
      A: text,
      A3: { type: 'number' },
      A4: { type: 'boolean' },
      A2: { type: 'null' },
    });
    expect(rewrites.map((rewrite) => rewrite({ $ref: '#/$defs/A' }).$ref)).toEqual([
      '#/$defs/A',
      '#/$defs/A3',
      '#/$defs/A4',
      '#/$defs/A3',
    ]);
  });

  test('treats definitions as different if they refer to different ones', () => {
    const outer: Schema = { type: 'array', items: { $ref: '#/$defs/Inner' } };
    const { $defs } = mergeDefs([
      { Outer: outer, Inner: text },
      { Outer: outer, Inner: { type: 'number' } },
    ]);
    expect($defs['Outer2']).toEqual({ type: 'array', items: { $ref: '#/$defs/Inner2' } });
  });

  test('merges recursive definitions', () => {
    const { $defs } = mergeDefs([tree(text), tree(text), tree({ type: 'number' })]);
    expect(Object.keys($defs)).toEqual(['Tree', 'Tree2']);
    expect($defs['Tree2']!.properties!['children']).toEqual({
      type: 'array',
      items: { $ref: '#/$defs/Tree2' },
    });
  });
});
