import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AnalyzedRoute } from '../../../src/analyze/analyzer.ts';
import { type Analyzed, analyzeRoutes, type RouteTexts } from '../helpers/analyze-routes.ts';
import { ENGINES, printed } from '../helpers/project.ts';

const FILES: RouteTexts = {
  zod: [
    'POST /zod',
    "import { z } from 'zod';\nexport const body = z.object({ name: z.string().min(2), at: z.date(), n: z.int().optional(), tags: z.set(z.string()), big: z.bigint() });\nexport const query = z.object({ page: z.coerce.number().default(1) });\nexport const handler: Handler<typeof route> = (req) => ({ name: req.body.name, at: req.body.at, page: req.query.page });",
  ],
  strict: [
    'POST /strict',
    "import { z } from 'zod';\nexport const body = z.strictObject({ a: z.string().nullable(), kind: z.discriminatedUnion('k', [z.object({ k: z.literal('x') }), z.object({ k: z.literal('y') })]) });\nexport const handler: Handler<typeof route> = () => {};",
  ],
  recursive: [
    'POST /recursive',
    "import { z } from 'zod';\nconst Tree = z.object({ v: z.number(), get kids() { return z.array(Tree); } });\nexport const body = z.object({ tree: Tree });\nexport const handler: Handler<typeof route> = () => {};",
  ],
  ark: [
    'POST /ark',
    "import { type } from 'arktype';\nexport const body = type({ email: 'string.email', 'age?': 'number > 3', born: 'Date', kind: \"'a' | 'b'\" });\nexport const handler: Handler<typeof route> = (req) => ({ kind: req.body.kind });",
  ],
  valibot: [
    'POST /valibot',
    "import * as v from 'valibot';\nexport const body = v.object({ email: v.pipe(v.string(), v.email()), born: v.date(), n: v.optional(v.number(), 3) });\nexport const handler: Handler<typeof route> = (req) => ({ email: req.body.email });",
  ],
  values: [
    'GET /values',
    "import { z } from 'zod';\nexport const responses = { 200: z.object({ id: z.string().max(9) }), 409: z.strictObject({ error: z.literal('Busy') }) };\nexport const handler: Handler<typeof route> = (req, res) => { if (req.query.x) { res.status = 409; return { error: 'Busy' }; } return { id: 'x' }; };",
  ],
};

describe.each(ENGINES)('schema values (%s)', (engine) => {
  let app: Analyzed;
  beforeAll(async () => {
    app = await analyzeRoutes(engine, FILES);
  });
  afterAll(() => app.close());
  const of = (name: string): AnalyzedRoute => app.of(name);

  test('zod schemas become the schemas of the contract', () => {
    const { contract, warnings } = of('zod');
    expect(warnings).toEqual([]);
    expect(contract.body?.schema).toEqual({
      type: 'object',
      properties: {
        name: { type: 'string', minLength: 2 },
        at: { type: 'string', format: 'date-time', 'x-gati-codec': 'date' },
        n: { type: 'integer' },
        tags: {
          type: 'array',
          items: { type: 'string' },
          uniqueItems: true,
          'x-gati-codec': 'set',
        },
        big: { type: 'string', format: 'bigint', pattern: '^-?[0-9]+$', 'x-gati-codec': 'bigint' },
      },
      required: ['name', 'at', 'tags', 'big'],
    });
    expect(contract.query).toEqual({
      type: 'object',
      properties: { page: { type: 'number', default: 1 } },
    });
    expect(printed(contract.responses, {})).toEqual({
      200: '{ name: string; at: string; page: number }',
    });
  });

  test('zod schemas can be strict, nullable and unions', () => {
    expect(of('strict').contract.body?.schema).toEqual({
      type: 'object',
      additionalProperties: false,
      properties: {
        a: { anyOf: [{ type: 'string' }, { type: 'null' }] },
        kind: {
          anyOf: ['x', 'y'].map((value) => ({
            type: 'object',
            properties: { k: { type: 'string', const: value } },
            required: ['k'],
          })),
        },
      },
      required: ['a', 'kind'],
    });
  });

  test('zod schemas can be recursive', () => {
    const { contract, $defs } = of('recursive');
    expect(contract.body?.schema).toEqual({
      type: 'object',
      properties: { tree: { $ref: '#/$defs/Recursive' } },
      required: ['tree'],
    });
    expect($defs).toEqual({
      Recursive: {
        type: 'object',
        properties: {
          v: { type: 'number' },
          kids: { type: 'array', items: { $ref: '#/$defs/Recursive' } },
        },
        required: ['v', 'kids'],
      },
    });
  });

  test('arktype schemas become the schemas of the contract', () => {
    const { contract } = of('ark');
    expect(contract.body?.schema).toMatchObject({
      type: 'object',
      properties: {
        age: { type: 'number', exclusiveMinimum: 3 },
        born: { 'x-gati-codec': 'date' },
        email: { format: 'email' },
        kind: { enum: ['a', 'b'] },
      },
      required: ['born', 'email', 'kind'],
    });
    expect(printed(contract.responses, {})).toEqual({ 200: "{ kind: 'a' | 'b' }" });
  });

  test('valibot schemas become the schemas of the contract', () => {
    const { contract, warnings } = of('valibot');
    expect(warnings).toEqual([]);
    expect(contract.body?.schema).toEqual({
      type: 'object',
      properties: {
        email: { type: 'string', format: 'email' },
        born: { type: 'string', format: 'date-time', 'x-gati-codec': 'date' },
        n: { type: 'number', default: 3 },
      },
      required: ['email', 'born'],
    });
  });

  test('schemas of responses become the responses of the contract', () => {
    const { contract, warnings } = of('values');
    expect(warnings).toEqual([]);
    expect(contract.responses['200']?.schema?.properties).toEqual({
      id: { type: 'string', maxLength: 9 },
    });
    expect(contract.responses['409']?.schema?.additionalProperties).toBe(false);
  });

  test('schemas that can not be loaded are read by their type', async () => {
    const typesOnly = await analyzeRoutes(engine, { zod: FILES['zod']! }, { loads: false });
    const { contract, warnings } = typesOnly.of('zod');
    await typesOnly.close();
    expect(warnings.map(({ code }) => code)).toEqual([
      'GATI_SCHEMA_TYPES_ONLY',
      'GATI_SCHEMA_TYPES_ONLY',
    ]);
    expect(contract.body?.schema).toMatchObject({
      type: 'object',
      properties: { name: { type: 'string' }, at: { 'x-gati-codec': 'date' } },
    });
  });
});
