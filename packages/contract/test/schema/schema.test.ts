import { describe, expect, test } from 'vitest';
import {
  canonicalJson,
  canonicalSchema,
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
  test('are followed through chains, with what stands beside them on top', () => {
    const defs: Defs = { A: { $ref: '#/$defs/B' }, B: { type: 'string', description: 'b' } };
    expect(resolveRef({ $ref: '#/$defs/A', description: 'mine' }, defs)).toEqual({
      type: 'string',
      description: 'mine',
    });
    expect(resolveRef(text, defs)).toBe(text);
  });

  test('that lead nowhere or round in a circle are refused', () => {
    expect(() => resolveRef({ $ref: '#/$defs/Gone' }, {})).toThrow(/GATI_SCHEMA_REF.*Gone/);
    expect(() => resolveRef({ $ref: '#/$defs/toString' }, {})).toThrow(/GATI_SCHEMA_REF/);
    expect(() =>
      resolveRef({ $ref: '#/$defs/A' }, { A: { $ref: '#/$defs/B' }, B: { $ref: '#/$defs/A' } }),
    ).toThrow(/GATI_SCHEMA_REF/);
  });

  test('keep what they need when the rest is pruned', () => {
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

  test('are walked with pointers', () => {
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

  test('lead to codecs, in recursive schemas too', () => {
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
  test('does not look at the order of keys or at absent ones', () => {
    expect(
      equalJson({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null, d: undefined }], a: 1 }),
    ).toBe(true);
    expect(equalJson({ a: undefined }, { b: undefined })).toBe(true);
    expect(equalJson([1, 2], [2, 1])).toBe(false);
    expect(equalJson({ a: 1 }, { a: 1, b: 2 })).toBe(false);
    expect(equalJson({}, [])).toBe(false);
    expect(equalJson(null, {})).toBe(false);
  });

  test('of schemas is of what they say', () => {
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

describe('the canonical form', () => {
  test.each<[string, Schema, Schema]>([
    [
      'flattens',
      { anyOf: [{ anyOf: [text, { type: 'number' }] }, { type: 'boolean' }] },
      { anyOf: [{ type: 'boolean' }, { type: 'number' }, text] },
    ],
    [
      'drops doubles',
      { anyOf: [text, { type: 'number' }, { ...text }] },
      { anyOf: [{ type: 'number' }, text] },
    ],
    ['unwraps a single one', { anyOf: [text, text] }, text],
    [
      'keeps notes when it unwraps',
      { anyOf: [{ ...text, description: 'in' }], description: 'out' },
      { ...text, description: 'out' },
    ],
    [
      'does not lose a fact when it unwraps',
      { type: 'string', anyOf: [{ type: 'string', minLength: 1 }] },
      { type: 'string', allOf: [{ type: 'string', minLength: 1 }] },
    ],
    [
      'gathers literals',
      { anyOf: [{ const: 'b' }, { enum: ['a', 'c'] }, { const: 'b' }] },
      { enum: ['a', 'b', 'c'] },
    ],
    [
      'makes boolean of true and false',
      { anyOf: [{ const: true }, { const: false }] },
      { type: 'boolean' },
    ],
    [
      'puts decoded before plain, null last',
      { anyOf: [{ type: 'null' }, text, date] },
      { anyOf: [date, text, { type: 'null' }] },
    ],
    ['has no word for nothing in a union', { anyOf: [{ not: {} }, text] }, text],
    ['makes never of an empty union', { anyOf: [{ not: {} }] }, { not: {} }],
    ['lets unknown swallow the rest', { anyOf: [text, {}] }, {}],
    [
      'makes one enum value a const',
      { type: 'string', enum: ['a', 'a'] },
      { type: 'string', const: 'a' },
    ],
    [
      'sorts required and drops an empty one',
      {
        anyOf: [
          { type: 'object', required: [] },
          { type: 'object', required: ['b', 'a'] },
        ],
      },
      { anyOf: [{ type: 'object', required: ['a', 'b'] }, { type: 'object' }] },
    ],
  ])('%s', (_, given, canonical) => {
    expect(canonicalSchema(given)).toEqual(canonical);
    expect(canonicalSchema(canonical)).toEqual(canonical);
  });

  test('keeps the order of properties, its text does not', () => {
    const schema: Schema = { properties: { z: text, a: text }, type: 'object' };
    expect(Object.keys(canonicalSchema(schema).properties!)).toEqual(['z', 'a']);
    expect(canonicalJson(schema)).toBe(
      '{"properties":{"a":{"type":"string"},"z":{"type":"string"}},"type":"object"}',
    );
  });

  test('keeps a property that is called __proto__', () => {
    const schema = JSON.parse(
      '{"type":"object","properties":{"__proto__":{"type":"string"}}}',
    ) as Schema;
    expect(canonicalJson(canonicalSchema(schema))).toBe(
      '{"properties":{"__proto__":{"type":"string"}},"type":"object"}',
    );
  });
});

describe('definitions of many routes', () => {
  test('stay one where they mean the same', () => {
    const { $defs, rewrites } = mergeDefs([
      { A: { type: 'string', minLength: 1 } },
      { A: { minLength: 1, type: 'string' } },
    ]);
    expect($defs).toEqual({ A: { type: 'string', minLength: 1 } });
    expect(rewrites[1]!({ $ref: '#/$defs/A' })).toEqual({ $ref: '#/$defs/A' });
  });

  test('are numbered where they do not, and never take a name that is there', () => {
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

  test('differ if what they refer to differs', () => {
    const outer: Schema = { type: 'array', items: { $ref: '#/$defs/Inner' } };
    const { $defs } = mergeDefs([
      { Outer: outer, Inner: text },
      { Outer: outer, Inner: { type: 'number' } },
    ]);
    expect($defs['Outer2']).toEqual({ type: 'array', items: { $ref: '#/$defs/Inner2' } });
  });

  test('may be recursive', () => {
    const { $defs } = mergeDefs([tree(text), tree(text), tree({ type: 'number' })]);
    expect(Object.keys($defs)).toEqual(['Tree', 'Tree2']);
    expect($defs['Tree2']!.properties!['children']).toEqual({
      type: 'array',
      items: { $ref: '#/$defs/Tree2' },
    });
  });
});
