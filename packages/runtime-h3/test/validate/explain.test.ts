import type { Schema } from '@gati/contract';
import { describe, expect, test } from 'vitest';
import { explain } from '../../src/validate/explain.ts';
import { fits } from '../../src/validate/fits.ts';
import { check } from '../helpers/bundle.ts';

/** Seeded random numbers (mulberry32), so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

class Maker {
  readonly #next: () => number;
  constructor(seed: number) {
    this.#next = random(seed);
  }
  below(n: number): number {
    return Math.floor(this.#next() * n);
  }
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
  maybe<T>(value: () => T): T | undefined {
    return this.below(3) === 0 ? value() : undefined;
  }

  schema(depth: number): Schema {
    const kinds = [
      'string',
      'number',
      'integer',
      'boolean',
      'null',
      'const',
      'enum',
      'any',
      'never',
      'format',
    ];
    if (depth > 0)
      kinds.push(
        'array',
        'tuple',
        'object',
        'record',
        'anyOf',
        'allOf',
        'not',
        'ref',
        'closed',
        'object',
        'array',
      );
    const inner = (): Schema => this.schema(depth - 1);
    switch (this.pick(kinds)) {
      case 'string':
        return clean({
          type: 'string',
          minLength: this.maybe(() => this.below(4)),
          maxLength: this.maybe(() => this.below(4)),
          pattern: this.maybe(() => this.pick(['^a', '^.$', '[b-d]+'])),
        });
      case 'number':
        return clean({
          type: 'number',
          minimum: this.maybe(() => this.below(4)),
          exclusiveMaximum: this.maybe(() => this.below(6)),
          multipleOf: this.maybe(() => this.pick([0.1, 2, 3])),
        });
      case 'integer':
        return clean({
          type: 'integer',
          maximum: this.maybe(() => this.below(4)),
          exclusiveMinimum: this.maybe(() => this.below(3)),
        });
      case 'boolean':
        return { type: 'boolean' };
      case 'null':
        return { type: 'null' };
      case 'const':
        return { const: this.pick(['a', 1, true, null]) };
      case 'enum':
        return { enum: [this.pick(['a', 'b']), this.pick([1, 2]), this.pick([null, false])] };
      case 'format':
        return {
          type: 'string',
          format: this.pick(['date-time', 'email', 'uuid', 'date', 'unknown-format']),
        };
      case 'never':
        return { not: {} };
      case 'array':
        return clean({
          type: 'array',
          items: inner(),
          minItems: this.maybe(() => this.below(3)),
          maxItems: this.maybe(() => this.below(3)),
          uniqueItems: this.maybe(() => true),
        });
      case 'tuple':
        return clean({
          type: 'array',
          prefixItems: [inner(), inner()],
          items: this.pick([false, undefined, { type: 'string' }] as const),
          minItems: this.maybe(() => 2),
        });
      case 'object':
        return clean({
          type: 'object',
          properties: { a: inner(), b: inner() },
          required: this.maybe(() => [this.pick(['a', 'b', 'c'])]),
          minProperties: this.maybe(() => this.below(3)),
        });
      case 'closed':
        return clean({
          type: 'object',
          properties: { a: inner(), b: inner() },
          additionalProperties: false,
          required: this.maybe(() => ['a', 'b']),
        });
      case 'record':
        return clean({
          type: 'object',
          additionalProperties: inner(),
          maxProperties: this.maybe(() => this.below(3)),
          propertyNames: this.maybe(() => ({ type: 'string', maxLength: 1 })) as Schema | undefined,
        });
      case 'anyOf':
        return { anyOf: [inner(), inner(), inner()] };
      case 'allOf':
        return { allOf: [inner(), inner()] };
      case 'not':
        return { not: inner() };
      case 'ref':
        return { $ref: `#/$defs/${this.pick(['Tree', 'Name'])}` };
      default:
        return {};
    }
  }

  value(depth: number): unknown {
    const leaves = [
      'a',
      'b',
      '',
      'abc',
      '\u{1f600}',
      0,
      1,
      2,
      3,
      0.3,
      -1.5,
      true,
      false,
      null,
      '2026-01-02T03:04:05Z',
      'a@b.example',
      '7b7b0a3e-6f0e-4f0e-8f0e-6f0e4f0e8f0e',
      '2026-02-30',
    ];
    if (depth === 0 || this.below(3) === 0) return this.pick(leaves);
    if (this.below(2) === 0)
      return Array.from({ length: this.below(4) }, () => this.value(depth - 1));
    return Object.fromEntries(
      Array.from({ length: this.below(4) }, () => [
        this.pick(['a', 'b', 'c', 'children', 'dd']),
        this.value(depth - 1),
      ]),
    );
  }
}

function clean(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema)) as Schema;
}

const $defs = {
  Name: { type: 'string', minLength: 1 },
  Tree: {
    type: 'object',
    properties: {
      a: { $ref: '#/$defs/Name' },
      children: { type: 'array', items: { $ref: '#/$defs/Tree' } },
    },
    required: ['a'],
  },
} satisfies Record<string, Schema>;

describe('explain', () => {
  test('finds a violation exactly where the compiled check rejects', () => {
    let rejected = 0;
    const wrong: unknown[] = [];
    for (let seed = 1; seed <= 1500; seed++) {
      const maker = new Maker(seed);
      const schema = maker.schema(3);
      const compiled = check(schema, $defs);
      for (let n = 0; n < 12; n++) {
        const value = maker.value(3);
        const fit = compiled(value);
        const errors = explain(schema, $defs, value, 'body');
        if (!fit) rejected++;
        if ((errors.length === 0) !== fit || fits(schema, $defs, value) !== fit)
          wrong.push({ seed, schema, value, fit, errors });
      }
    }
    expect(wrong).toEqual([]);
    expect(rejected).toBeGreaterThan(5000);
  });

  test('explains the branch of a discriminated union that the value names', () => {
    const schema: Schema = {
      anyOf: [
        {
          type: 'object',
          properties: { kind: { const: 'card' }, number: { type: 'string' } },
          required: ['kind', 'number'],
        },
        {
          type: 'object',
          properties: { kind: { const: 'bank' }, iban: { type: 'string' } },
          required: ['kind', 'iban'],
        },
      ],
    };
    expect(explain(schema, {}, { kind: 'bank', iban: 1 }, 'body')).toEqual([
      { in: 'body', path: '/iban', message: 'must be a string', rule: 'type' },
    ]);
    expect(explain(schema, {}, { kind: 'coin' }, 'body')).toEqual([
      { in: 'body', path: '/kind', message: 'must be one of "card" or "bank"', rule: 'enum' },
    ]);
    expect(explain(schema, {}, {}, 'body')).toEqual([
      { in: 'body', path: '/kind', message: 'is required', rule: 'required' },
    ]);
    expect(
      explain({ anyOf: [{ type: 'string' }, { type: 'null' }, { const: 3 }] }, {}, 4, 'query'),
    ).toEqual([{ in: 'query', path: '', message: 'must be a string, null or 3', rule: 'anyOf' }]);
  });

  test('accepts only a file as a file', () => {
    const file: Schema = { type: 'string', format: 'binary', 'x-gati-codec': 'file' };
    expect(explain(file, {}, new File(['x'], 'x.txt'), 'body')).toEqual([]);
    expect(explain(file, {}, 'x', 'body')).toEqual([
      { in: 'body', path: '', message: 'must be a file', rule: 'type' },
    ]);
    expect(explain({ anyOf: [file, { type: 'null' }] }, {}, 'x', 'body')).toMatchObject([
      { message: 'must be a file or null' },
    ]);
    expect(fits({ anyOf: [file, { type: 'null' }] }, {}, new File([], 'x'))).toBe(true);
  });

  test('escapes keys in JSON Pointers', () => {
    const schema: Schema = { type: 'object', additionalProperties: { type: 'number' } };
    expect(explain(schema, {}, { 'a/b~c': 'x' }, 'body')[0]?.path).toBe('/a~1b~0c');
  });

  test('ends on a schema that references itself', () => {
    expect(
      explain({ $ref: '#/$defs/Loop' }, { Loop: { $ref: '#/$defs/Loop' } }, 1, 'body'),
    ).toMatchObject([{ rule: 'depth' }]);
    expect(explain({ $ref: '#/$defs/Gone' }, {}, 1, 'body')).toMatchObject([{ rule: '$ref' }]);
  });
});
