import type { Schema } from '@gati/contract';
import { expect, test } from 'vitest';
import { describeMismatch, findMismatch } from '../../../src/analyze/contract/find-mismatch.ts';

const text: Schema = { type: 'string' };
const number: Schema = { type: 'number' };
const object = (properties: Record<string, Schema>, extra: Schema = {}): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  ...extra,
});
const $defs: Record<string, Schema> = { User: object({ name: text }) };

test.each<[Schema, Schema, string | undefined]>([
  [text, text, undefined],
  [{}, text, undefined],
  [text, number, 'it is `string`, but `number` is declared'],
  [
    object({ user: object({ id: { type: 'string', const: 'seven' } }) }),
    object({ user: object({ id: number }) }),
    "at /user/id it is `'seven'`, but `number` is declared",
  ],
  [
    object({ kind: { type: 'string', const: 'c' } }),
    object({ kind: { enum: ['a', 'b'] } }),
    "at /kind it is `'c'`, but `'a' | 'b'` is declared",
  ],
  [
    object({ id: text }, { required: [] }),
    object({ id: text }),
    'at /id the field is declared, but may be missing',
  ],
  [
    object({ id: text, x: text }),
    object({ id: text }, { additionalProperties: false }),
    'at /x the field is not declared, and other fields are not allowed',
  ],
  [
    { type: 'array', items: text },
    { type: 'array', items: number },
    'at /0 it is `string`, but `number` is declared',
  ],
  [
    object({ user: { $ref: '#/$defs/User' } }),
    object({ user: { anyOf: [number, { type: 'null' }] } }),
    'at /user it is `User`, but `number | null` is declared',
  ],
  [
    object(Object.fromEntries([...'abcdefghijklmnop'].map((name) => [name, text]))),
    text,
    expect.stringMatching(/^it is `.{100}…`, but `string` is declared$/),
  ],
])('compares %j with the declared %j', (actual, declared, message) => {
  const mismatch = findMismatch(actual, declared, (name) => $defs[name]);
  expect(mismatch && describeMismatch(mismatch)).toEqual(message);
});
