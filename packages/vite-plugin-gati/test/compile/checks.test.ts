import { randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Defs, RouteContract, Schema } from '@gati/contract';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileChecks } from '../../src/compile/compile-checks.ts';
import { printRoute } from '../../src/compile/print-plan.ts';
import { createCheckProgram, HELPERS } from '../../src/compile/check-program.ts';
import { planRoute } from '../../src/compile/plan.ts';
import { fits } from '../../../runtime-h3/src/validate/fits.ts';
import { createTestApp, type TestApp } from '../helpers/app.ts';

const CHECKS = new URL('../../../runtime-h3/src/checks.ts', import.meta.url).pathname;

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp({});
});
afterAll(() => app.dispose());

const $defs: Defs = {
  Tree: {
    type: 'object',
    properties: {
      name: { type: 'string', minLength: 1 },
      kids: { type: 'array', items: { $ref: '#/$defs/Tree' } },
    },
    required: ['name'],
  },
  Even: { type: 'object', properties: { odd: { $ref: '#/$defs/Odd' } } },
  Odd: {
    type: 'object',
    properties: { even: { $ref: '#/$defs/Even' }, n: { type: 'integer' } },
    required: ['n'],
  },
  Alias: { $ref: '#/$defs/Tree' },
};

const string: Schema = { type: 'string' };
const nullable: Schema = { anyOf: [string, { type: 'null' }] };

const schemas: Record<string, Schema> = {
  any: {},
  never: { not: {} },
  string: { type: 'string', minLength: 2, maxLength: 4 },
  number: { type: 'number', minimum: 0, exclusiveMaximum: 10, multipleOf: 0.1 },
  integer: { type: 'integer', exclusiveMinimum: 0, maximum: 5 },
  enum: { enum: ['a', 1, true, null] },
  const: { const: 'x', type: 'string' },
  nullable,
  pattern: { type: 'string', pattern: '^[a-z]/"\\d+$' },
  ...Object.fromEntries(
    [
      'date-time',
      'date',
      'time',
      'email',
      'uuid',
      'uri',
      'ipv4',
      'ipv6',
      'hostname',
      'duration',
      'unknown',
    ].map((format) => [format, { type: 'string', format } satisfies Schema]),
  ),
  file: { type: 'string', format: 'binary', 'x-gati-codec': 'file' },
  files: { type: 'array', items: { type: 'string', format: 'binary', 'x-gati-codec': 'file' } },
  bigint: { type: 'string', format: 'bigint', pattern: '^-?[0-9]+$', 'x-gati-codec': 'bigint' },
  tree: { $ref: '#/$defs/Tree' },
  alias: { $ref: '#/$defs/Alias', description: 'with a note' },
  mutual: { $ref: '#/$defs/Odd' },
  tuple: { type: 'array', prefixItems: [{ type: 'number' }, string], items: false, minItems: 2 },
  open: { type: 'array', prefixItems: [{ type: 'number' }], items: nullable },
  unique: { type: 'array', uniqueItems: true, items: {} },
  record: { type: 'object', additionalProperties: { type: 'number' } },
  keys: {
    type: 'object',
    additionalProperties: { type: 'number' },
    propertyNames: { enum: ['a', 'b'] },
    minProperties: 1,
    maxProperties: 2,
  },
  closed: {
    type: 'object',
    properties: { a: string, 'b-c': { type: 'number' } },
    required: ['a'],
    additionalProperties: false,
  },
  union: {
    anyOf: [
      { type: 'object', properties: { kind: { const: 'a' }, a: string }, required: ['kind', 'a'] },
      {
        type: 'object',
        properties: { kind: { const: 'b' }, b: { type: 'array', items: { $ref: '#/$defs/Tree' } } },
        required: ['kind', 'b'],
      },
    ],
  },
  both: {
    allOf: [
      { type: 'object', properties: { a: string }, required: ['a'] },
      { type: 'object', properties: { b: nullable }, required: ['b'] },
    ],
  },
  manyRules: { type: 'array', uniqueItems: true, $ref: '#/$defs/List' },
};
$defs['List'] = { type: 'array', items: { type: 'integer', multipleOf: 3 } };

const values: unknown[] = [
  null, true, false, 0, -0, 1, 2.5, 0.3, 5, 10, NaN, Infinity, '', 'a', 'ab', 'abcde', '😀😀😀', 'x', 'a/"12', '12', '-5', '1.5',
  '2024-02-29T12:00:00Z', '2023-02-29T12:00:00Z', '2024-02-29', '12:00:00Z', 'a@b.co', 'a@', randomUUID(), 'http://x.y/z?a=b', 'no uri', '1.2.3.4', '1.2.3.999', '::1', 'P1D', 'P',
  [], [1], [1, 'a'], [1, 'a', 2], ['a', 1], [1, null, 'x'], [{ a: 1 }, { a: 1 }], [{ a: 1, b: 2 }, { b: 2, a: 1 }], [3, 6], [3, 3], [3, 4],
  {}, { a: 'x' }, { a: 1 }, { a: 1, b: 2 }, { a: 1, c: 2 }, { c: 1 }, { a: 'x', 'b-c': 1 }, { a: 'x', z: 1 }, { a: 'x', b: null }, { a: 'x', b: 3 }, { a: undefined },
  { name: 'n' }, { name: '' }, { name: 'n', kids: [{ name: 'm', kids: [] }] }, { name: 'n', kids: [{ name: 1 }] }, { name: 'n', kids: [null] },
  { n: 1, even: { odd: { n: 2 } } }, { n: 1, even: { odd: { n: 'x' } } }, { n: 1, even: { odd: {} } },
  { kind: 'a', a: 'x' }, { kind: 'b', b: [{ name: 'q' }] }, { kind: 'b', b: [{}] }, { kind: 'c' }, new Blob(['x']), [new File([], 'y')],
]; // prettier-ignore

const route = (body: Schema): RouteContract => ({
  id: 'POST /x', method: 'POST', path: '/x', domain: 'root', name: ['x'], file: 'x.ts',
  body: { contentTypes: ['application/json'], required: true, schema: body },
  responses: { '200': { schema: body, contentType: 'application/json', declared: true } },
}); // prettier-ignore

interface Printed {
  input: { body: { check(value: unknown): boolean; codecs?: boolean } };
  output: Record<
    string,
    { stringify?(value: unknown): string; check?(value: unknown): boolean; contentType?: string }
  >;
}

/** Bundles the printed code as a build would. Returns its exports and the text of the bundle. */
async function printed(contracts: RouteContract[]): Promise<{ routes: Printed[]; text: string }> {
  const program = createCheckProgram($defs);
  const literals = contracts.map(
    (contract, index) =>
      `{ ${printRoute(planRoute(contract, $defs, program), contract, `contracts[${index}]`, (part) => part)} }`,
  );
  const code = `import { ${HELPERS.join(', ')} } from ${JSON.stringify(CHECKS)};\nconst contracts = ${JSON.stringify(contracts)};\n${program.print()}export const routes = [${literals.join(',\n')}];`;
  const file = path.join(app.root, `${randomUUID()}.mjs`);
  await build({
    stdin: { contents: code, resolveDir: app.root },
    bundle: true,
    format: 'esm',
    outfile: file,
  });
  const { routes } = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as {
    routes: Printed[];
  };
  return { routes, text: await fs.readFile(file, 'utf8') };
}

describe('checks', () => {
  test('checks accept the same values when evaluated, printed and explained', async () => {
    const names = Object.keys(schemas);
    const { routes, text } = await printed(names.map((name) => route(schemas[name] ?? {})));
    expect(text).not.toMatch(/typebox|fast-json/i);
    const wrong: unknown[] = [];
    for (const [index, name] of names.entries()) {
      const schema = schemas[name] ?? {};
      const live = compileChecks(route(schema), $defs).input.body;
      for (const value of values) {
        const want = fits(schema, $defs, value);
        const results = [
          live?.check(value),
          routes[index]?.input.body.check(value),
          routes[index]?.output['200']?.check?.(value) ?? want,
        ];
        if (results.some((result) => result !== want)) wrong.push({ name, value, want, results });
      }
      expect(live?.codecs).toBe(['bigint', 'file', 'files'].includes(name));
    }
    expect(wrong).toEqual([]);
  });

  test('share equal schemas between routes', () => {
    const program = createCheckProgram($defs);
    const a = planRoute(
      route({ type: 'object', properties: { t: { $ref: '#/$defs/Tree' } }, description: 'a' }),
      $defs,
      program,
    );
    const b = planRoute(
      route({ type: 'object', properties: { t: { $ref: '#/$defs/Tree' } }, description: 'b' }),
      $defs,
      program,
    );
    expect(b).toEqual(a);
    // Checks of the body and of the tree; serialisers of the body, of the tree and of its list.
    expect(program.units).toHaveLength(5);
  });

  test('never evaluate strings of a schema as code', async () => {
    const odd: Schema = {
      type: 'object',
      properties: {
        'a"];process.exit(9);["': { const: '`${process.exit(9)}`' },
        'External[0]': { type: 'string', format: 'email' },
      },
    };
    const { routes } = await printed([route(odd)]);
    const checks = [compileChecks(route(odd), {}).input.body, routes[0]?.input.body];
    for (const check of checks) {
      expect(
        check?.check({ 'a"];process.exit(9);["': '`${process.exit(9)}`', 'External[0]': 'a@b.co' }),
      ).toBe(true);
      expect(check?.check({ 'External[0]': 'no' })).toBe(false);
    }
  });
});

describe('serialisers', () => {
  const types: Record<string, Schema> = {
    object: {
      type: 'object',
      required: ['id', 'n', 'ok', 'tree', 'list', 'maybe'],
      properties: {
        id: string, n: { type: 'number' }, ok: { type: 'boolean' }, tree: { $ref: '#/$defs/Tree' }, list: { type: 'array', items: { $ref: '#/$defs/Odd' } },
        maybe: nullable, at: { type: 'string', format: 'date-time', 'x-gati-codec': 'date' }, big: { type: 'string', format: 'bigint', 'x-gati-codec': 'bigint' },
        state: { enum: ['a', 'b'] }, mixed: { enum: ['a', 1] }, any: {}, record: { type: 'object', additionalProperties: { type: 'number' } }, tuple: { type: 'array', prefixItems: [string] },
      },
    }, // prettier-ignore
    optional: { type: 'object', properties: { a: string, b: { type: 'integer' }, 'c"d': string } },
    list: { type: 'array', items: string },
    proto: { type: 'object', properties: { toString: string, constructor: string } },
  };

  class Point {
    x = 1;
    get y(): number {
      return 2;
    }
  }
  const whole = {
    id: 'a"\\\n\ud800é',
    n: -0,
    ok: false,
    tree: { name: 'r', kids: [{ name: 'k' }] },
    list: [{ n: 1, even: {} }],
    maybe: null,
  };
  const samples: unknown[] = [
    whole,
    { ...whole, extra: 1, more: { deep: [undefined, () => 1] } },
    { ...whole, at: new Date(0), big: 12n, state: 'b', mixed: 1, any: new Map([['k', new Set([1])]]), record: { a: 1 }, tuple: ['x'] },
    { ...whole, id: null }, { ...whole, id: 5 }, { ...whole, n: 'x' }, { ...whole, n: NaN }, { ...whole, ok: 'yes' }, { ...whole, tree: null }, { ...whole, tree: 'no' },
    { ...whole, list: null }, { ...whole, list: [undefined, () => 1, null] }, { ...whole, list: { 0: 'a' } }, { ...whole, id: undefined }, { ...whole, any: undefined, state: () => 1 },
    { ...whole, at: 'x', any: Symbol('s') }, Object.assign(Object.create(null), whole), Object.assign(Object.create({ inherited: 1 }), whole), { ...whole, toJSON: () => 'me' },
    {}, { a: 'x' }, { b: 1 }, { b: 1.5, 'c"d': 'y' }, { a: undefined, b: 2 }, { z: 1 }, { toString: 'a' }, { constructor: 'b' }, new Point(), new Date(0),
    [], ['a'], ['a', 'b"'], ['a', 1], [undefined], [null], 'text', 5, null, true, undefined, 10n,
    { id: 'x'.repeat(50), n: 1e21, ok: true, tree: new Point(), list: [], maybe: 'm' }, ['y'.repeat(6000)], ['\u2028', '\u0007'],
  ]; // prettier-ignore

  test('serialisers print what JSON.stringify prints, evaluated and printed', async () => {
    const names = Object.keys(types);
    const { routes } = await printed(names.map((name) => route(types[name] ?? {})));
    const { stringifyWire } = await import('../../../runtime-h3/src/validate/encode.ts');
    /** Both must reject the same values, such as NaN. */
    const outcome = (print: (value: unknown) => string, value: unknown): unknown => {
      try {
        return JSON.parse(print(value));
      } catch (error) {
        return (error as Error).message;
      }
    };
    for (const [index, name] of names.entries()) {
      const live = compileChecks(route(types[name] ?? {}), $defs).output['200'];
      expect(live?.stringify === undefined).toBe(name === 'proto');
      for (const value of samples) {
        const want = outcome(stringifyWire, value);
        for (const output of [live, routes[index]?.output['200']]) {
          if (output?.stringify) expect(outcome(output.stringify, value), name).toEqual(want);
        }
      }
    }
  });

  test('exist for JSON only', () => {
    const contract = route({ type: 'object', properties: { a: string } });
    contract.responses = {
      '200': { contentType: 'text/plain', schema: string },
      '201': {
        contentType: 'text/event-stream',
        stream: true,
        schema: { type: 'object', properties: { a: string } },
      },
      '204': {},
      '409': {
        contentType: 'application/problem+json',
        schema: { type: 'object', properties: { a: string } },
      },
    };
    const { output } = compileChecks(contract, {});
    expect(
      Object.entries(output).map(([status, { stringify, check }]) => [
        status,
        Boolean(stringify),
        Boolean(check),
      ]),
    ).toEqual([
      ['200', false, false],
      ['201', false, false],
      ['204', false, false],
      ['409', true, false],
    ]);
  });
});
