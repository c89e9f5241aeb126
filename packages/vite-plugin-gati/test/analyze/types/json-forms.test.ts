import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { JSON_FORMS } from '@gati/contract/internal';
import { analyzeRoutes, type Analyzed, type RouteTexts } from '../helpers/analyze-routes.ts';
import { ENGINES, printed } from '../helpers/project.ts';
import { ask, type DevApp, startDev } from '../../helpers/dev.ts';

/** A value, its type in the contract, and what a client gets. */
interface Row {
  name: string;
  before?: string;
  /** The field `v` of the body. */
  value: string;
  /** The contract of `v`; absent if the contract leaves it out. */
  type?: string;
  optional?: boolean;
  /** JSON of `v`; absent if JSON leaves it out. `'lost'`: development responds 500. */
  wire?: string;
  warns?: boolean;
}

const LOST = { wire: 'lost', warns: true };
const CLASSES = `
class AppError extends Error { code = 'E1'; }
class Deeper extends AppError { level = 2; }
class Named extends Error { override name = 'Named'; }
class Empty extends TypeError {}
class Day extends Date {}
class Shown extends Date { override toJSON(): string { return 'shown'; } }
class Tags extends Set<string> {}
class Ages extends Map<string, number> {}
class Listed extends Set<string> { toJSON(): string[] { return ['x']; } }
class Lines extends Array<string> {}
class Bytes extends Uint8Array<ArrayBuffer> {}
class Link extends URL {}
class Later extends Promise<string> {}
class Rule extends RegExp {}
class Secret { #key = 'k'; private part = 1; protected other = 2; shown = this.#key.length; static all = 3; }
class Getters { own = 1; get half() { return 2; } method() { return 3; } }
class Money { toJSON() { return { amount: 1n, at: new Date(0) }; } }
class Chain { toJSON() { return new Money(); } }
class Moment { toJSON() { return new Date(0); } }
class Field { call = () => 1; n = 1; }
const symbol = Symbol('s');
const later = async (): Promise<{ n: number }> => ({ n: 1 });
`;
const ISO = '1970-01-01T00:00:00.000Z';

/** Every typed array, with two elements. */
const VIEWS = Object.keys(JSON_FORMS).filter(
  (name) => /\d+(Clamped)?Array$/.test(name) && name in globalThis && name !== 'Float16Array',
);

const ROWS: Row[] = [
  { name: 'an error', value: "new Error('m')", type: 'unknown', ...LOST },
  {
    name: 'an error with fields',
    value: "new AppError('m')",
    type: 'AppError',
    wire: '{"code":"E1"}',
    warns: true,
  },
  {
    name: 'an error with inherited fields',
    value: "new Deeper('m')",
    type: 'Deeper',
    wire: '{"code":"E1","level":2}',
    warns: true,
  },
  {
    name: 'an error that declares its name',
    value: "new Named('m')",
    type: 'Named',
    wire: '{"name":"Named"}',
    warns: true,
  },
  { name: 'an error without fields', value: "new Empty('m')", type: 'Empty', ...LOST },
  {
    name: 'errors in a list',
    value: "[new AppError('m')]",
    type: 'AppError[]',
    wire: '[{"code":"E1"}]',
    warns: true,
  },
  { name: 'a date', value: 'new Date(0)', type: 'string', wire: `"${ISO}"` },
  { name: 'a subclass of Date', value: 'new Day(0)', type: 'string', wire: `"${ISO}"` },
  { name: 'a date with its own toJSON', value: 'new Shown(0)', type: 'string', wire: '"shown"' },
  { name: 'a subclass of Set', value: "new Tags(['a'])", type: 'string[]', wire: '["a"]' },
  { name: 'a set with toJSON', value: "new Listed(['a'])", type: 'string[]', wire: '["x"]' },
  {
    name: 'a subclass of Map',
    value: "new Ages([['a', 1]])",
    type: 'Ages',
    wire: '{"a":1}',
  },
  {
    name: 'a map with undefined',
    value: "new Map<string, number | undefined>([['a', 1], ['b', undefined]])",
    type: '{ [key: string]: number }',
    wire: '{"a":1}',
  },
  { name: 'a subclass of Array', value: "Lines.from(['a'])", type: 'string[]', wire: '["a"]' },
  { name: 'a subclass of Uint8Array', value: 'new Bytes([1])', type: 'string', wire: '"AQ=="' },
  { name: 'a buffer of bytes', value: 'new ArrayBuffer(1)', type: 'string', wire: '"AA=="' },
  { name: 'a shared buffer', value: 'new SharedArrayBuffer(1)', type: 'string', wire: '"AA=="' },
  {
    name: 'a DataView',
    value: 'new DataView(new ArrayBuffer(1))',
    type: 'string',
    wire: '"AA=="',
  },
  ...VIEWS.map((name) => ({
    name: `a ${name}`,
    value: `new ${name}(1)`,
    type: 'string',
    wire: JSON.stringify(Buffer.alloc(Number(/\d+/.exec(name)![0]) / 8).toString('base64')),
  })),
  { name: 'a URL', value: "new URL('http://a/')", type: 'string', wire: '"http://a/"' },
  {
    name: 'a subclass of URL',
    value: "new Link('http://a/')",
    type: 'string',
    wire: '"http://a/"',
  },
  { name: 'a promise', value: 'later()', type: 'Record<string, unknown>', ...LOST },
  {
    name: 'promises in a list',
    value: '[1].map(() => later())',
    type: 'Record<string, unknown>[]',
    ...LOST,
  },
  {
    name: 'a promise in a tuple',
    value: '[later()] as const',
    type: '[Record<string, unknown>]',
    ...LOST,
  },
  {
    name: 'a promise in an object',
    value: '{ inner: later() }',
    type: '{ inner: Record<string, unknown> }',
    ...LOST,
  },
  {
    name: 'a promise in a record',
    value: '{ inner: later() } as Record<string, Promise<{ n: number }>>',
    type: '{ [key: string]: Record<string, unknown> }',
    ...LOST,
  },
  {
    name: 'a promise in a map',
    value: "new Map([['a', later()]])",
    type: '{ [key: string]: Record<string, unknown> }',
    ...LOST,
  },
  {
    name: 'a promise in a set',
    value: 'new Set([later()])',
    type: 'Record<string, unknown>[]',
    ...LOST,
  },
  {
    name: 'a promise or null',
    value: 'later() as Promise<{ n: number }> | null',
    type: 'Record<string, unknown> | null',
    ...LOST,
  },
  {
    name: 'a promise that is awaited',
    value: 'await later()',
    type: '{ n: number }',
    wire: '{"n":1}',
  },
  { name: 'a regular expression', value: '/a/', type: 'unknown', ...LOST },
  { name: 'a subclass of RegExp', value: "new Rule('a')", type: 'Rule', ...LOST },
  { name: 'an iterator', value: '[1][Symbol.iterator]()', type: 'unknown', ...LOST },
  { name: 'a generator', value: '(function* () { yield 1; })()', type: 'unknown', ...LOST },
  {
    name: 'an async generator',
    value: '(async function* () { yield 1; })()',
    type: 'unknown',
    ...LOST,
  },
  { name: 'URL parameters', value: "new URLSearchParams('a=b')", type: 'unknown', ...LOST },
  { name: 'a WeakMap', value: 'new WeakMap()', type: 'unknown', ...LOST },
  {
    name: 'a getter of a literal',
    value: '{ get x() { return 1; } }',
    type: '{ x: number }',
    wire: '{"x":1}',
  },
  {
    name: 'a getter of a class',
    value: 'new Getters()',
    type: 'Getters',
    wire: '{"own":1}',
    warns: true,
  },
  {
    name: 'private members',
    value: 'new Secret()',
    type: 'Secret',
    wire: '{"part":1,"other":2,"shown":1}',
  },
  {
    name: 'a class with toJSON',
    value: 'new Money()',
    type: 'Money',
    wire: `{"amount":"1","at":"${ISO}"}`,
  },
  {
    name: 'a chain of toJSON',
    value: 'new Chain()',
    type: 'Money',
    wire: `{"amount":"1","at":"${ISO}"}`,
  },
  { name: 'a date from toJSON', value: 'new Moment()', type: 'string', wire: `"${ISO}"` },
  {
    name: 'a field with a function',
    value: 'new Field()',
    type: 'Field',
    wire: '{"n":1}',
    warns: true,
  },
  { name: 'a function', value: '() => 1', warns: true },
  { name: 'a symbol', value: 'symbol', warns: true },
  {
    name: 'a key that is a symbol',
    value: "{ [symbol]: 1, a: 'x' as string }",
    type: '{ a: string }',
    wire: '{"a":"x"}',
  },
  {
    name: 'undefined in a record',
    value: '{ a: 1, b: undefined } as Record<string, number | undefined>',
    type: '{ [key: string]: number }',
    wire: '{"a":1}',
  },
  {
    name: 'undefined in a list',
    value: '[1, undefined]',
    type: '(number | null)[]',
    wire: '[1,null]',
  },
  { name: 'a function in a list', value: '[1, () => 1]', type: '(number | null)[]', ...LOST },
  { name: 'a bigint', value: '1n as bigint', type: 'string', wire: '"1"' },
  { name: 'NaN', value: 'Number.NaN', type: 'number', wire: 'lost' },
  { name: 'Infinity', value: 'Number.POSITIVE_INFINITY', type: 'number', wire: 'lost' },
  { name: '-Infinity', value: '[Number.NEGATIVE_INFINITY]', type: 'number[]', wire: 'lost' },
  { name: 'an invalid date', value: 'new Date(Number.NaN)', type: 'string', wire: 'lost' },
];

const texts: RouteTexts = Object.fromEntries(
  ROWS.map(({ value, before = '' }, index) => [
    `f${index}`,
    [
      `GET /f${index}`,
      `${CLASSES}${before}\nexport const handler: Handler<typeof route> = async () => ({ v: ${value} });`,
    ],
  ]),
);

/** The definitions of the rows, by name. */
const DEFINITIONS: Record<string, string[]> = {
  AppError: ['code'],
  Deeper: ['code', 'level'],
  Named: ['name'],
  Getters: ['own'],
  Secret: ['other', 'part', 'shown'],
  Field: ['n'],
};

describe.each(ENGINES)('the form of a value in JSON (%s)', (engine) => {
  let app: Analyzed;
  let dev: DevApp;
  beforeAll(async () => {
    app = await analyzeRoutes(engine, texts);
    dev = await startDev(app.project.root);
  });
  afterAll(async () => {
    await dev.close();
    await app.close();
  });

  test.each(ROWS.map((row, index) => ({ ...row, index })))(
    'is the same in the contract and the response for $name',
    async ({ index, type, wire, warns = false }) => {
      const { contract, $defs, warnings } = app.of(`f${index}`);
      expect([...new Set(warnings.map(({ code }) => code))]).toEqual(
        warns ? ['GATI_TYPE_NOT_JSON'] : [],
      );
      for (const { file, line } of warnings) {
        expect(file).toBe(`src/handlers/f${index}.ts`);
        expect(line).toBeGreaterThan(1);
      }
      expect(printed(contract.responses, $defs)['200']).toBe(
        type === undefined ? 'Record<string, unknown>' : `{ v: ${type} }`,
      );
      const definition = type === undefined ? undefined : $defs[type];
      if (definition && DEFINITIONS[type!])
        expect(Object.keys(definition.properties ?? {}).sort()).toEqual(DEFINITIONS[type!]);
      const response = await fetch(`${dev.url}/f${index}`);
      const text = await response.text();
      if (wire === 'lost') expect({ status: response.status, text }).toMatchObject({ status: 500 });
      else expect(text).toBe(wire === undefined ? '{}' : `{"v":${wire}}`);
    },
  );

  test('names a promise that was not awaited', async () => {
    const index = ROWS.findIndex(({ name }) => name === 'a promise');
    const { status, body } = await ask(dev, `/f${index}`);
    expect(status).toBe(500);
    expect(JSON.stringify(body)).toContain('a promise that was not awaited');
  });
});
