import { describe, expect, test } from 'vitest';
import { type Defs, isSubschema, type Schema } from '../../src/index.ts';

const text: Schema = { type: 'string' };
const object = (properties: Record<string, Schema>, more: Partial<Schema> = {}): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  ...more,
});
const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` });

describe('within', () => {
  test.each<[string, Schema, Schema, boolean]>([
    ['a literal of a pattern', { const: 'abc' }, { type: 'string', pattern: '^a' }, true],
    ['a literal of another pattern', { const: 'abc' }, { type: 'string', pattern: '^b' }, false],
    [
      'a literal of a format, which is not tried',
      { const: 'a@b.co' },
      { type: 'string', format: 'email' },
      false,
    ],
    [
      'a literal whose length validators count differently',
      { const: '👩‍👩‍👧' },
      { type: 'string', maxLength: 2 },
      false,
    ],
    ['a number of a multiple', { const: 0.3 }, { type: 'number', multipleOf: 0.1 }, true],
    [
      'one bound, in or out',
      { type: 'number', exclusiveMinimum: 0 },
      { type: 'number', minimum: 0 },
      true,
    ],
    [
      'one bound, out or in',
      { type: 'number', minimum: 0 },
      { type: 'number', exclusiveMinimum: 0 },
      false,
    ],
    [
      'an integer above 0',
      { type: 'integer', minimum: 0 },
      { type: 'integer', exclusiveMinimum: 0 },
      false,
    ],
    [
      'no more fields than declared',
      object({ a: text }, { additionalProperties: false }),
      { type: 'object', maxProperties: 1 },
      true,
    ],
    ['as many fields as may be', object({ a: text }), { type: 'object', maxProperties: 1 }, false],
    [
      'a type split by a field',
      object({ on: { type: 'boolean' } }),
      { anyOf: [object({ on: { const: true } }), object({ on: { const: false } })] },
      true,
    ],
    [
      'a type split by two fields',
      object({ a: { enum: [1, 2] }, b: { enum: [1, 2] } }),
      {
        anyOf: [
          object({ a: { const: 1 } }),
          object({ b: { const: 1 } }),
          object({ a: { const: 2 }, b: { const: 2 } }),
        ],
      },
      true,
    ],
    ['what accepts nothing', { allOf: [text, { type: 'number' }] }, { type: 'null' }, true],
    ['everything of its kinds', {}, { type: 'string' }, false],
    ['what is not refused', text, { not: { type: 'number' } }, false],
  ])('%s', (_, a, b, expected) => expect(isSubschema(a, b)).toBe(expected));

  test('recursive types, also where they end in nothing or in circles', () => {
    const list = (value: Schema): Defs => ({
      List: { anyOf: [{ type: 'null' }, object({ value, next: ref('List') })] },
    });
    expect(
      isSubschema(ref('List'), ref('List'), list({ type: 'integer' }), list({ type: 'number' })),
    ).toBe(true);
    expect(
      isSubschema(ref('List'), ref('List'), list({ type: 'number' }), list({ type: 'integer' })),
    ).toBe(false);
    expect(isSubschema(ref('A'), text, { A: { anyOf: [ref('A'), text] } })).toBe(false);
    expect(isSubschema(ref('Gone'), text)).toBe(false);
  });

  test('a question that is too large ends', () => {
    const fields = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`f${index}`, { enum: ['a', 'b', 'c'] }]),
    );
    const members = Object.keys(fields).map((name) =>
      object({ ...fields, [name]: { const: 'a' } }),
    );
    expect(isSubschema(object(fields), { anyOf: members })).toBe(false);
    const growing: Defs = { T: object({ x: { allOf: [ref('T'), object({ y: ref('T') })] } }) };
    const other: Defs = {
      T: object({ x: { allOf: [ref('T'), object({ y: ref('U') })] } }),
      U: object({ x: ref('T'), z: text }),
    };
    expect(isSubschema(ref('T'), ref('T'), growing, other)).toBe(false);
  });
});
