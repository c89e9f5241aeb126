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

describe('isSubschema', () => {
  test.each<[string, Schema, Schema, boolean]>([
    [
      'a literal that matches the pattern',
      { const: 'abc' },
      { type: 'string', pattern: '^a' },
      true,
    ],
    [
      'a literal that does not match the pattern',
      { const: 'abc' },
      { type: 'string', pattern: '^b' },
      false,
    ],
    [
      'a literal with a format, which is not evaluated',
      { const: 'a@b.co' },
      { type: 'string', format: 'email' },
      false,
    ],
    [
      'a literal whose length depends on the validator',
      { const: '👩‍👩‍👧' },
      { type: 'string', maxLength: 2 },
      false,
    ],
    ['a literal that is a multiple', { const: 0.3 }, { type: 'number', multipleOf: 0.1 }, true],
    [
      'an exclusive bound within the inclusive one',
      { type: 'number', exclusiveMinimum: 0 },
      { type: 'number', minimum: 0 },
      true,
    ],
    [
      'an inclusive bound not within the exclusive one',
      { type: 'number', minimum: 0 },
      { type: 'number', exclusiveMinimum: 0 },
      false,
    ],
    [
      'integers from 0 not within integers above 0',
      { type: 'integer', minimum: 0 },
      { type: 'integer', exclusiveMinimum: 0 },
      false,
    ],
    [
      'a closed object within its number of fields',
      object({ a: text }, { additionalProperties: false }),
      { type: 'object', maxProperties: 1 },
      true,
    ],
    [
      'an open object not within a number of fields',
      object({ a: text }),
      { type: 'object', maxProperties: 1 },
      false,
    ],
    [
      'an object within a union split by one field',
      object({ on: { type: 'boolean' } }),
      { anyOf: [object({ on: { const: true } }), object({ on: { const: false } })] },
      true,
    ],
    [
      'an object within a union split by two fields',
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
    [
      'a schema without values within any other',
      { allOf: [text, { type: 'number' }] },
      { type: 'null' },
      true,
    ],
    ['any value not within strings', {}, { type: 'string' }, false],
    ['a string with an undecided negation', text, { not: { type: 'number' } }, false],
  ])('decides: %s', (_, a, b, expected) => expect(isSubschema(a, b)).toBe(expected));

  test('decides recursive types, including cycles and missing definitions', () => {
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

  test('returns false when a comparison takes too many steps', () => {
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
