import type { Schema } from '@gati/contract';
import { describe, expect, test } from 'vitest';
import { compileCoerceRecord } from '../../src/validate/coerce.ts';
import { compileDecode } from '../../src/validate/decode.ts';
import { encodeWire, stringifyWire } from '../../src/validate/encode.ts';
import { formats } from '../../src/validate/formats.ts';
import { JsonError, parseJson } from '../../src/validate/json.ts';
import { parseQuery, QueryError } from '../../src/validate/query.ts';

describe('coercion', () => {
  const coerce = (schema: Schema, value: unknown, $defs = {}): unknown => {
    const record: Schema = { type: 'object', properties: { v: schema } };
    const coerceRecord = compileCoerceRecord(record, $defs, 'query');
    return coerceRecord === undefined ? value : coerceRecord({ v: value })['v'];
  };

  test.each<[Schema, unknown, unknown]>([
    [{ type: 'number' }, '1.5', 1.5],
    [{ type: 'number' }, '1e3', 1000],
    [{ type: 'number' }, '', ''],
    [{ type: 'number' }, ' 1', ' 1'],
    [{ type: 'number' }, '0x10', '0x10'],
    [{ type: 'number' }, '1e999', '1e999'],
    [{ type: 'number' }, 'NaN', 'NaN'],
    [{ type: 'integer' }, '-7', -7],
    [{ type: 'integer' }, '1.5', '1.5'],
    [{ type: 'integer' }, '9007199254740993', '9007199254740993'],
    [{ type: 'boolean' }, 'true', true],
    [{ type: 'boolean' }, 'yes', 'yes'],
    [{ type: 'string' }, '5', '5'],
    [{ type: 'string' }, ['5', '6'], '6'],
    [{ const: 5 }, '5', 5],
    [{ const: 5 }, '5.0', 5],
    [{ enum: [1, 20] }, '2e1', 20],
    [{ enum: [1, 20] }, '0x14', '0x14'],
    [{ enum: ['1.0', 1] }, '1.0', '1.0'],
    [{ enum: [1, 2, 'max'] }, '2.0', 2],
    [{ type: 'array', items: { enum: [1, 2] } }, ['1.0', '2'], [1, 2]],
    [{ enum: ['a', 1, true, null] }, 'null', null],
    [{ enum: ['1', 1] }, '1', '1'],
    [{ anyOf: [{ type: 'number' }, { type: 'null' }] }, 'null', null],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 'null', 'null'],
    [{ anyOf: [{ type: 'null' }, { type: 'string' }] }, 'null', 'null'],
    [{ anyOf: [{ type: 'string', format: 'date' }, { type: 'null' }] }, 'null', null],
    [{ enum: [null, 'null'] }, 'null', 'null'],
    [{ type: 'null' }, 'null', null],
    [{ type: 'string' }, 'null', 'null'],
    [{ type: 'boolean' }, 'on', 'on'],
    [{ type: 'boolean' }, '', ''],
    [{ anyOf: [{ type: 'string' }, { type: 'number' }] }, '5', 5],
    [{ anyOf: [{ type: 'string' }, { type: 'number' }] }, 'five', 'five'],
    [{ anyOf: [{ const: 'a' }, { const: 2 }] }, '2', 2],
    [{ type: 'array', items: { type: 'integer' } }, '1', [1]],
    [{ type: 'array', items: { type: 'integer' } }, ['1', 'x'], [1, 'x']],
    [
      { type: 'array', prefixItems: [{ type: 'number' }, { type: 'string' }] },
      ['1', '2'],
      [1, '2'],
    ],
    [{ anyOf: [{ type: 'number' }, { type: 'array', items: { type: 'number' } }] }, '3', 3],
    [
      { anyOf: [{ type: 'number' }, { type: 'array', items: { type: 'number' } }] },
      ['3', '4'],
      [3, 4],
    ],
    [{ $ref: '#/$defs/Page' }, '3', 3],
    [{ allOf: [{ type: 'integer' }, { minimum: 1 }] }, '3', 3],
    [{}, '3', '3'],
  ])('with the schema %j, coerces %j to %j', (schema, value, expected) => {
    expect(coerce(schema, value, { Page: { type: 'integer' } })).toEqual(expected);
  });

  test.each(['params', 'query', 'headers', 'form'] as const)(
    'a literal number in %s may be written like any number with its value',
    (source) => {
      const schema: Schema = { type: 'object', properties: { v: { enum: [1, 2] } } };
      expect(compileCoerceRecord(schema, {}, source)?.({ v: '1.0' })).toEqual({ v: 1 });
    },
  );

  test('a checkbox that must be checked is the literal true in a form', () => {
    const schema: Schema = { type: 'object', properties: { v: { const: true } } };
    expect({
      form: compileCoerceRecord(schema, {}, 'form')?.({ v: 'on' }),
      query: compileCoerceRecord(schema, {}, 'query')?.({ v: 'on' }),
    }).toEqual({ form: { v: true }, query: { v: 'on' } });
  });

  test('coerces properties through references, unions and index signatures', () => {
    const $defs = { Page: { type: 'object', properties: { page: { type: 'integer' } } } } as const;
    const schema: Schema = {
      allOf: [
        { $ref: '#/$defs/Page' },
        {
          anyOf: [{ type: 'object', properties: { size: { type: 'number' } } }, { type: 'object' }],
        },
      ],
      additionalProperties: { type: 'boolean' },
    };
    expect(
      compileCoerceRecord(schema, $defs, 'query')?.({ page: '1', size: '2', other: 'true' }),
    ).toEqual({
      page: 1,
      size: 2,
      other: true,
    });
    expect(
      compileCoerceRecord({ type: 'object', properties: { id: { type: 'string' } } }, {}, 'params'),
    ).toBe(undefined);
  });
});

describe('decoding', () => {
  test('compiles no decoder for a schema without codecs and defaults', () => {
    expect(
      compileDecode(
        { type: 'object', properties: { a: { $ref: '#/$defs/T' } } },
        { T: { type: 'object', properties: { t: { $ref: '#/$defs/T' } } } },
      ),
    ).toBe(undefined);
  });

  test('decodes recursion and unions, fills in defaults and keeps its input', () => {
    const date: Schema = { type: 'string', format: 'date-time', 'x-gati-codec': 'date' };
    const $defs = {
      T: {
        type: 'object',
        properties: { at: date, next: { $ref: '#/$defs/T' } },
        required: ['at'],
      },
    } satisfies Record<string, Schema>;
    const schema: Schema = {
      type: 'object',
      properties: {
        tree: { $ref: '#/$defs/T' },
        either: { anyOf: [{ type: 'number' }, date] },
        n: { type: 'number', default: 3 },
        list: { type: 'array', items: date },
      },
    };
    const at = '2026-01-02T03:04:05.000Z';
    const wire = { tree: { at, next: { at } }, either: at, list: [at], extra: at };
    const before = structuredClone(wire);
    const day = new Date(at);
    expect(compileDecode(schema, $defs)?.(wire)).toEqual({
      tree: { at: day, next: { at: day } },
      either: day,
      list: [day],
      extra: at,
      n: 3,
    });
    expect(wire).toEqual(before);
    expect(compileDecode(schema, $defs)?.({ either: 5 })).toEqual({ either: 5, n: 3 });
  });
});

describe('encoding', () => {
  test('encodes by copying only parts that change', () => {
    const plain = { a: [1, { b: 'x' }], c: null, d: new Date(0) };
    expect(encodeWire(plain)).toBe(plain);
    const mixed = { kept: plain, big: [1n] };
    const wire = encodeWire(mixed) as { kept: unknown; big: unknown };
    expect(wire.kept).toBe(plain);
    expect({ wire: wire.big, mixed: mixed.big }).toEqual({ wire: ['1'], mixed: [1n] });
  });

  test('encodes Buffer, class instances, toJSON and undefined', () => {
    class Point {
      x = 1n;
    }
    expect(
      stringifyWire({
        b: Buffer.from([1]),
        p: new Point(),
        j: { toJSON: () => ({ n: 1n }) },
        u: undefined,
        f: () => 1,
      }),
    ).toBe('{"b":"AQ==","p":{"x":"1"},"j":{"n":"1"}}');
    expect(stringifyWire(undefined)).toBe('null');
    expect(stringifyWire(5n)).toBe('"5"');
  });

  test('rejects a cycle, but not a deep value or a shared one', () => {
    const ring: unknown[] = [];
    ring.push(ring, ring);
    expect(() => stringifyWire(ring)).toThrow('cycle');
    let deep: unknown = 1n;
    for (let n = 0; n < 500; n++) deep = { deep };
    expect(stringifyWire(deep)).toContain('"1"');
    const shared = { n: 1n };
    expect(stringifyWire([shared, shared])).toBe('[{"n":"1"},{"n":"1"}]');
  });
});

describe('JSON', () => {
  test('finds an error offset inside of each damaged JSON text', () => {
    const good = JSON.stringify({
      a: [1, -2.5e3, true, null, 'x\\"\u00e9\n'],
      b: { c: {} },
      d: [],
    });
    for (let at = 0; at < good.length; at++) {
      for (const put of ['', '}', '"', ',', 'x', '\\', '0']) {
        const text = good.slice(0, at) + put + good.slice(at + 1);
        try {
          JSON.parse(text);
        } catch {
          let offset = -1;
          try {
            parseJson(text, 64);
          } catch (error) {
            if (error instanceof JsonError && error.details.reason === 'syntax')
              offset = error.details.offset;
          }
          expect(offset, text).toBeGreaterThanOrEqual(0);
          expect(offset, text).toBeLessThanOrEqual(text.length);
        }
      }
    }
  });

  test('limits the nesting of JSON exactly', () => {
    expect(parseJson(`${'['.repeat(64)}1${']'.repeat(64)}`, 64)).toBeDefined();
    expect(() => parseJson(`${'['.repeat(65)}1${']'.repeat(65)}`, 64)).toThrow('depth');
  });
});

describe('queries', () => {
  test('parses names that have a meaning for objects', () => {
    const query = parseQuery('a=1&a=2&constructor=x&toString=y&&=z&b+c=%26');
    expect({ ...query }).toEqual({
      a: ['1', '2'],
      constructor: 'x',
      toString: 'y',
      '': 'z',
      'b c': '&',
    });
    expect(query['hasOwnProperty']).toBe(undefined);
    for (const text of [
      '__proto__=1',
      'a[__proto__]=1',
      'constructor[prototype]=1',
      'constructor.prototype.x=1',
      '%5f_proto__=1',
    ]) {
      expect(() => parseQuery(text), text).toThrow(QueryError);
    }
    expect(() => parseQuery('a=1&b=2', 1)).toThrow('count');
  });
});

describe('formats', () => {
  test.each<[string, string[], string[]]>([
    [
      'date-time',
      ['2026-01-02T03:04:05Z', '2026-01-02t03:04:05.123456z', '2024-02-29T23:59:59+23:59'],
      [
        '2026-01-02',
        '2026-02-29T00:00:00Z',
        '2026-01-02T24:00:00Z',
        '2026-01-02T03:04:05',
        '2026-01-02 03:04:05Z',
        '',
      ],
    ],
    ['date', ['2024-02-29'], ['2023-02-29', '2026-13-01', '2026-1-1']],
    ['email', ['a.b+c@d.example', "o'x@localhost"], ['a@', '@b', 'a b@c.d', 'a..b@c.d', '.a@b.c']],
    ['ipv4', ['127.0.0.1', '255.255.255.255'], ['256.1.1.1', '1.2.3', '1.2.3.4.', '01.2.3.4']],
    ['ipv6', ['::1', '2001:db8::1', '::ffff:1.2.3.4'], ['1.2.3.4', ':::', '12345::', '::1]/']],
    ['uuid', ['7b7b0a3e-6f0e-4f0e-8f0e-6f0e4f0e8f0e'], ['7b7b0a3e']],
    [
      'uri',
      ['https://a.example/b?c=%20#d', 'urn:isbn:1'],
      ['/relative', 'https://a b', 'http://%zz'],
    ],
    ['hostname', ['a.example', 'x'], ['-a.example', 'a_b', 'a..b', '']],
    ['duration', ['P1D', 'PT1H30M', 'P2W'], ['P', 'PT', '1D']],
    ['base64', ['', 'AQID', 'AQ==', 'AQI='], ['A', 'AQ=', 'A===', 'AQ-_']],
  ])('%s', (name, good, bad) => {
    expect(good.filter((text) => formats[name]?.(text) !== true)).toEqual([]);
    expect(bad.filter((text) => formats[name]?.(text) !== false)).toEqual([]);
  });
});
