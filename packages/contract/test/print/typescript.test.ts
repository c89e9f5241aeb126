import { describe, expect, test } from 'vitest';
import {
  type Defs,
  type Direction,
  type Schema,
  toDeclarations,
  toTypeScript,
} from '../../src/index.ts';
import { compileErrors } from '../helpers/compile.ts';

const text: Schema = { type: 'string' };
const number: Schema = { type: 'number' };
const date: Schema = { type: 'string', format: 'date-time', 'x-gati-codec': 'date' };
const bigint: Schema = { type: 'string', format: 'bigint', 'x-gati-codec': 'bigint' };

const refs = (...names: string[]): Schema[] => names.map((name) => ({ $ref: `#/$defs/${name}` }));

/** Prints on one line, for use in a table. */
const print = (schema: Schema, direction: Direction = 'response'): string =>
  toTypeScript(schema, { direction }).replaceAll(/\s+/g, ' ');

describe('toTypeScript', () => {
  const table: [Schema, string][] = [
    [{}, 'unknown'],
    [{ not: {} }, 'never'],
    [text, 'string'],
    [{ type: 'integer' }, 'number'],
    [{ type: 'null' }, 'null'],
    [{ const: "it's" }, String.raw`'it\'s'`],
    [{ enum: ['a', 1, true, null] }, "'a' | 1 | true | null"],
    [{ anyOf: [text, { type: 'null' }] }, 'string | null'],
    [{ anyOf: [number, { type: 'integer' }] }, 'number'],
    [{ type: 'array', items: { anyOf: [text, number] } }, '(string | number)[]'],
    [{ type: 'array' }, 'unknown[]'],
    [{ type: 'array', items: { type: 'array', items: text } }, 'string[][]'],
    [{ type: 'array', prefixItems: [text, number], minItems: 2, items: false }, '[string, number]'],
    [
      { type: 'array', prefixItems: [text, { anyOf: [number, text] }], minItems: 1, items: false },
      '[string, (number | string)?]',
    ],
    [{ type: 'array', prefixItems: [text], minItems: 1, items: number }, '[string, ...number[]]'],
    [{ type: 'object' }, 'Record<string, unknown>'],
    [{ type: 'object', additionalProperties: false }, 'Record<string, never>'],
    [
      { type: 'object', properties: { a: text, 'b-c': number }, required: ['a'] },
      "{ a: string; 'b-c'?: number; }",
    ],
    [{ type: 'object', additionalProperties: number }, '{ [key: string]: number; }'],
    [
      { type: 'object', properties: { a: text }, additionalProperties: number },
      '{ a?: string; [key: string]: number | string | undefined; }',
    ],
    [
      {
        type: 'object',
        additionalProperties: number,
        propertyNames: { enum: ['a', 'b'] },
        required: ['a'],
      },
      '{ a: number; b?: number; }',
    ],
    [
      { allOf: [{ $ref: '#/$defs/A' }, { type: 'object', properties: { b: text } }] },
      'A & { b?: string; }',
    ],
    [{ allOf: [{ anyOf: [text, number] }, { $ref: '#/$defs/A' }] }, '(string | number) & A'],
    [{ type: 'object', anyOf: [{ $ref: '#/$defs/A' }, { $ref: '#/$defs/B' }] }, 'A | B'],
    [{ type: 'array', uniqueItems: true, items: text, 'x-gati-codec': 'set' }, 'string[]'],
    [
      { type: 'object', additionalProperties: number, 'x-gati-codec': 'map' },
      '{ [key: string]: number; }',
    ],
    [{ type: 'string', contentEncoding: 'base64', 'x-gati-codec': 'bytes' }, 'string'],
    [{ type: 'string', format: 'binary', 'x-gati-codec': 'file' }, 'File | Blob'],
  ];

  test.each(table)('prints %j as %s', (schema, expected) => expect(print(schema)).toBe(expected));

  test('prints types that compile', () => {
    const types = table.map(
      ([schema], index) =>
        `export type T${index} = ${toTypeScript(schema, { direction: 'request' })};`,
    );
    expect(
      compileErrors(['interface A { x: 1 }', 'interface B { y: 2 }', ...types].join('\n')),
    ).toEqual([]);
  });

  test('prints a wider type for requests than for responses', () => {
    expect([print(date), print(date, 'request')]).toEqual(['string', 'string | Date']);
    expect([print(bigint), print(bigint, 'request')]).toEqual(['string', 'string | bigint']);
    expect(print({ type: 'array', items: date }, 'request')).toBe('(string | Date)[]');
  });

  test('prints descriptions and deprecations', () => {
    const schema: Schema = {
      type: 'object',
      properties: {
        a: { ...text, description: 'One */ line' },
        b: { ...text, description: 'Two\nlines', deprecated: true },
      },
    };
    expect(toTypeScript(schema, { direction: 'response' })).toBe(
      '{\n  /** One *\\/ line */\n  a?: string;\n  /**\n   * Two\n   * lines\n   * @deprecated\n   */\n  b?: string;\n}',
    );
  });

  test('quotes keys that are not identifiers', () => {
    const names = [
      '1st',
      'a b',
      "o'clock",
      '"',
      '\\',
      '\n',
      '\u2028',
      '__proto__',
      'ünï',
      '*/',
      '',
      'default',
      'a-b',
    ];
    const schema: Schema = {
      type: 'object',
      properties: Object.fromEntries(names.map((name) => [name, { const: name }])),
      required: names,
    };
    const type = toTypeScript(schema, { direction: 'response' });
    const uses = names.map(
      (name) =>
        `const v${names.indexOf(name)}: ${JSON.stringify(name)} = t[${JSON.stringify(name)}];`,
    );
    expect(compileErrors(`declare const t: ${type};\n${uses.join('\n')}\nexport {};`)).toEqual([]);
  });
});

describe('toDeclarations', () => {
  const defs: Defs = {
    Node: {
      type: 'object',
      description: 'A node.',
      properties: { at: date, next: { $ref: '#/$defs/Node' }, tag: { $ref: '#/$defs/Tag' } },
      required: ['at'],
    },
    Tag: { enum: ['a', 'b'] },
    NodeInput: { type: 'array', items: { type: 'object', properties: { a: text } } },
    File: { type: 'object', properties: { name: text }, required: ['name'] },
    Json: {
      anyOf: [
        text,
        { type: 'array', items: { $ref: '#/$defs/Json' } },
        { type: 'object', additionalProperties: { $ref: '#/$defs/Json' } },
      ],
    },
    Unused: text,
  };

  test('declares used definitions once, or twice if sent and received forms differ', () => {
    const made = toDeclarations(defs, {
      request: refs('Node', 'NodeInput'),
      response: refs('Node', 'File', 'Json'),
    });
    expect([...made.text.matchAll(/^export \w+ (\w+)/gm)].map(([, name]) => name)).toEqual([
      'File2',
      'Json',
      'Node',
      'NodeInput2',
      'NodeInput',
      'Tag',
    ]);
    expect([made.request('Node'), made.response('Node'), made.response('Tag')]).toEqual([
      'NodeInput2',
      'Node',
      'Tag',
    ]);
    expect(made.text).toContain(
      '/** A node. */\nexport interface Node {\n  at: string;\n  next?: Node;\n  tag?: Tag;\n}\n',
    );
    expect(made.text).toContain(
      'export interface NodeInput2 {\n  at: string | Date;\n  next?: NodeInput2;\n',
    );
    expect(compileErrors(made.text)).toEqual([]);
  });

  test('keeps the name of a definition that is only sent', () => {
    const made = toDeclarations(defs, { request: refs('Node'), response: [] });
    expect(made.request('Node')).toBe('Node');
    expect(made.text).toContain('at: string | Date;');
  });

  test('avoids names that are taken', () => {
    const made = toDeclarations(defs, {
      request: [],
      response: refs('Tag'),
      taken: ['Tag', 'Tag2'],
    });
    expect(made.text).toBe("export type Tag3 = 'a' | 'b';\n");
  });
});
