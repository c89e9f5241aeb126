import type { Defs, Schema } from '@gati/contract';
import { describe, expect, test } from 'vitest';
import { compileCoerceRecord } from '../../src/validate/coerce.ts';
import { compileDecode } from '../../src/validate/decode.ts';
import { explain } from '../../src/validate/explain.ts';
import { hasUniqueItems } from '../../src/validate/unique-items.ts';

const $defs: Defs = {
  Comment: {
    type: 'object',
    properties: {
      text: { type: 'string' },
      parent: { anyOf: [{ $ref: '#/$defs/Comment' }, { type: 'null' }] },
    },
    required: ['text', 'parent'],
  },
};

describe('explain', () => {
  test('names the violation in the innermost of 60 nested unions', () => {
    let value: unknown = { text: 1, parent: null };
    for (let depth = 0; depth < 60; depth++) value = { text: 'x', parent: value };
    expect(explain({ $ref: '#/$defs/Comment' }, $defs, value, 'body')).toEqual([
      {
        in: 'body',
        path: `${'/parent'.repeat(60)}/text`,
        message: 'must be a string',
        rule: 'type',
      },
    ]);
  });

  test('reports a violation of a definition once, even if two parts of a schema refer to it', () => {
    const both: Schema = { allOf: [{ $ref: '#/$defs/Comment' }, { $ref: '#/$defs/Comment' }] };
    expect(explain(both, $defs, { text: 1, parent: null }, 'body')).toHaveLength(1);
  });

  test('cuts an error path that is long because the client sent long keys', () => {
    const record: Schema = { type: 'object', additionalProperties: { type: 'number' } };
    const [error] = explain(record, {}, { ['k'.repeat(100_000)]: 'x' }, 'body');
    expect(error?.path).toBe(`/${'k'.repeat(999)}…`);
  });

  test('gives up details of a value that takes too many steps, but not the verdict', () => {
    const items = Array.from({ length: 1_000_001 }, () => 1);
    const list: Schema = { type: 'array', items: { type: 'number' } };
    expect(explain(list, {}, items, 'body')).toEqual([]);
    items.push('x' as never);
    expect(explain(list, {}, items, 'body')).toEqual([
      { in: 'body', path: '', message: 'does not match its schema', rule: 'schema' },
    ]);
  });
});

describe('unique items', () => {
  const different: unknown[] = [
    null, undefined, true, false, 0, 1, '1', '', [], [1], ['1'], [[]], {}, { a: 1 }, { a: '1' },
    { b: 1 }, { a: 1, b: 2 }, { a: 2, b: 1 }, { a: [] }, { a: null },
  ]; // prettier-ignore

  test('differ if their types or any of their parts differ', () => {
    expect(hasUniqueItems(different)).toBe(true);
    for (const item of different)
      expect(hasUniqueItems([...different, structuredClone(item)]), JSON.stringify(item)).toBe(
        false,
      );
  });

  test('ignore the order of keys', () => {
    expect(
      hasUniqueItems([
        { a: 1, b: [{ c: 2, d: 3 }] },
        { b: [{ d: 3, c: 2 }], a: 1 },
      ]),
    ).toBe(false);
  });
});

test('converts a recursive list as deep as a query can express it', () => {
  const coerce = compileCoerceRecord(
    { type: 'object', properties: { tags: { $ref: '#/$defs/Tags' } } },
    {
      Tags: {
        anyOf: [{ type: 'integer' }, { type: 'array', items: { $ref: '#/$defs/Tags' } }],
      },
    },
    'query',
  );
  expect(coerce?.({ tags: ['1', '2'] })).toEqual({ tags: [1, 2] });
  expect(coerce?.({ tags: '3' })).toEqual({ tags: 3 });
});

test('a bigint has at most 10,000 digits', () => {
  const decode = compileDecode({ type: 'string', 'x-gati-codec': 'bigint' }, {});
  expect(decode?.(`-${'7'.repeat(10_000)}`)).toBe(-BigInt('7'.repeat(10_000)));
  expect(() => decode?.('7'.repeat(10_001))).toThrow('too long');
});
