import { expect, test } from 'vitest';
import { type Defs, type Schema } from '../../src/schema/ir.ts';
import { secretParts } from '../../src/schema/secrets.ts';

test('the secret parts of a schema lead to its secrets, through references and recursion', () => {
  const $defs: Defs = {
    Node: {
      type: 'object',
      properties: {
        key: { type: 'string', 'x-gati-secret': true },
        name: {},
        next: { $ref: '#/$defs/Node' },
      },
    },
  };
  const schema: Schema = {
    type: 'object',
    properties: {
      plain: { type: 'string' },
      list: {
        type: 'array',
        items: { anyOf: [{ type: 'null' }, { type: 'string', format: 'password' }] },
      },
      map: { additionalProperties: { writeOnly: true } },
      pair: { prefixItems: [{}, { writeOnly: true }] },
      node: { $ref: '#/$defs/Node' },
    },
  };
  const secret = { 'x-gati-secret': true };
  const parts = secretParts(schema, $defs)!;
  expect(parts).toMatchObject({
    properties: {
      list: { items: { anyOf: [secret] } },
      map: { additionalProperties: secret },
      pair: { prefixItems: [{}, secret] },
      node: { anyOf: [{ properties: { key: secret } }] },
    },
  });
  expect(Object.keys(parts.properties!)).not.toContain('plain');
  expect(JSON.stringify(parts)).not.toContain('$ref');
});

test('a schema without secrets has no secret parts', () => {
  expect(secretParts({ properties: { a: { type: 'string' } } }, {})).toBeUndefined();
  expect(secretParts(undefined, {})).toBeUndefined();
});
