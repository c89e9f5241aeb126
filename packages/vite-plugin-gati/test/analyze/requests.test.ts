import { createRequire } from 'node:module';
import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tsImport } from 'tsx/esm/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AnalyzedEffect, AnalyzedRoute, Analyzer } from '../../src/analyze/types.ts';
import { ENGINES, makeProject, openAnalyzer, print, printed, type Project, toRoute, toScan } from './corpus.ts';

const FILES: Record<string, [id: string, text: string]> = {
  parts: [
    'GET /users/:id/*rest',
    "export type Params = { id: number };\nexport type Query = { page?: number; tag: string[] };\nexport type Headers = { 'X-Tenant': string; etag?: string };\nexport const handler: Handler<typeof route> = (req) => ({ id: req.params.id, page: req.query.page, tenant: req.headers['X-Tenant'] });",
  ],
  upload: [
    'POST /upload',
    'export type Body = { photo: File; title: string };\nexport const handler: Handler<typeof route> = (req) => ({ size: req.body.photo.size });',
  ],
  form: [
    'POST /form',
    'export type Body = { name: string; age?: number };\nexport const handler: Handler<typeof route> = (req) => ({ name: req.body.name });',
  ],
  lists: [
    'POST /lists',
    "type Tag = 'a' | 'b';\ntype Tags = Tag[];\nexport type Body = { name: string; tags: Tags; seen: Set<number>; at?: Date[]; kind: 'a' | 1 | null };\nexport const handler: Handler<typeof route> = () => {};",
  ],
  nested: [
    'POST /nested',
    'export type Body = { name: string; lines: { qty: number }[] };\nexport const handler: Handler<typeof route> = () => {};',
  ],
  maybe: [
    'POST /maybe',
    'export type Body = { list: string[] } | undefined;\nexport const handler: Handler<typeof route> = (req) => ({ n: req.body?.list.length });',
  ],
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
  declared: [
    'GET /declared/:id',
    "export type Responses = { 200: { id: string; note?: string }; 404: { error: string } };\nexport const handler: Handler<typeof route> = (req, res) => { if (req.params.id === '') { res.status = 404; return { error: 'None' }; } return { id: req.params.id }; };",
  ],
  settled: [
    'GET /settled',
    'export type Responses = { 200: { id: string } };\ndeclare function anything(): any;\nexport const handler: Handler<typeof route> = () => anything();',
  ],
  mismatch: [
    'GET /mismatch/:id',
    "export type Responses = { 200: { id: number } };\nexport const handler: Handler<typeof route> = (req, res) => {\n  if (req.params.id === '') { res.status = 404; return { error: 'None' }; }\n  return { id: req.params.id };\n};",
  ],
  values: [
    'GET /values',
    "import { z } from 'zod';\nexport const responses = { 200: z.object({ id: z.string().max(9) }), 409: z.strictObject({ error: z.literal('Busy') }) };\nexport const handler: Handler<typeof route> = (req, res) => { if (req.query.x) { res.status = 409; return { error: 'Busy' }; } return { id: 'x' }; };",
  ],
  socket: [
    'WS /chat/:room',
    'export type Receive = { text: string };\nexport type Send = { text: string; at: Date };\n/** Talk.\n *\n * Much. */\nexport const socket: Socket<typeof route> = { message(peer, message) { peer.send({ text: message.text, at: new Date() }); } };',
  ],
  documented: [
    'GET /documented',
    '/**\n * One line\n * goes on.\n *\n * The rest of it.\n *\n * @deprecated use another\n */\nexport async function handler(req, res) { return { /** Note. */ a: 1 }; }',
  ],
};

const MODULES = {
  'src/modules/clock.ts':
    "import { HttpError } from '@gati/runtime-h3';\nexport function now(zone: string): Date { if (zone === '') throw new HttpError(400, 'no_zone'); return new Date(); }\n",
  'src/modules/store.ts':
    'const defineModule = <T,>(module: { setup(): T }) => module;\nexport default defineModule({ setup: () => ({ async count(): Promise<number> { return 1; } }) });\n',
  'src/config.ts': "import { z } from 'zod';\nexport default z.object({ LIMIT: z.coerce.number() });\n",
};
const EFFECTS = {
  'src/effects/mail.ts':
    "export interface Mail { to: string; at?: Date }\nexport async function run(payload: Mail, ectx: EffectContext): Promise<{ sent: boolean }> { ectx.logger.info('x'); return { sent: payload.to !== '' }; }\n",
  'src/effects/nightly.ts':
    "import type { Mail } from './mail.ts';\nexport const schedule = '0 3 * * *';\nexport async function run(payload: Mail): Promise<void> {}\n",
  'src/effects/hourly.ts':
    "export const schedule = '0 * * * *';\nexport async function run(payload: { full?: boolean }): Promise<void> {}\n",
};
const uses: [string, string] = [
  'POST /uses',
  "export const handler: Handler<typeof route> = async (req, res, gctx) => { const job = await gctx.effects.enqueue('mail', { to: 'x' }); return { at: gctx.modules.clock.now(String(req.query.zone)), n: await gctx.modules.store.count(), limit: gctx.config.LIMIT, job }; };",
];

const all = Object.entries({ ...FILES, uses }).map(([name, [id, rest]]) => {
  const file = `src/handlers/${name}.ts`;
  const text = `export const route = '${id}';\n${rest}\n`;
  return { name, text, route: toRoute(file, text, id) };
});

describe.each(ENGINES)('requests, %s', (engine) => {
  let project: Project;
  let analyzer: Analyzer;
  let typesOnly: Analyzer;
  const done = new Map<string, AnalyzedRoute>();
  let effect: AnalyzedEffect;
  const scan = toScan(
    all.map(({ route }) => route),
    {
      modules: [
        { name: 'clock', file: 'src/modules/clock.ts' },
        { name: 'store', file: 'src/modules/store.ts' },
      ],
      effects: [{ name: 'mail', file: 'src/effects/mail.ts' }],
      config: 'src/config.ts',
    },
  );
  beforeAll(async () => {
    project = makeProject({
      'package.json': '{ "type": "module" }',
      ...MODULES,
      ...EFFECTS,
      ...Object.fromEntries(all.map(({ route, text }) => [route.file, text])),
    });
    // The libraries as an app has them.
    const resolve = createRequire(import.meta.url).resolve;
    const modules = resolve('zod').split('/zod/')[0]!;
    mkdirSync(join(project.root, 'node_modules/@valibot'), { recursive: true });
    for (const name of ['zod', 'arktype', '@ark', 'arkregex', 'valibot', '@valibot/to-json-schema'])
      symlinkSync(join(modules, name), join(project.root, 'node_modules', name), 'dir');
    const load = async (file: string, name: string): Promise<unknown> =>
      ((await tsImport(pathToFileURL(join(project.root, file)).href, import.meta.url)) as Record<string, unknown>)[name];
    analyzer = await openAnalyzer(project, { engine, loadSchema: load });
    typesOnly = await openAnalyzer(project, { engine });
    await analyzer.analyze(scan);
    for (const { name, route } of all) done.set(name, await analyzer.route(route));
    effect = await analyzer.effect(scan.effects[0]!);
  }, 90_000);
  afterAll(async () => {
    await analyzer.close();
    await typesOnly.close();
    project.remove();
  });
  const of = (name: string): AnalyzedRoute => done.get(name)!;

  test('params, query and headers', () => {
    const { contract, warnings } = of('parts');
    expect(warnings).toEqual([]);
    expect(contract.params).toEqual({
      type: 'object',
      properties: { id: { type: 'number' }, rest: { type: 'string' } },
      required: ['id', 'rest'],
    });
    expect(contract.query).toEqual({
      type: 'object',
      properties: { page: { type: 'number' }, tag: { type: 'array', items: { type: 'string' } } },
      required: ['tag'],
    });
    expect(contract.headers).toEqual({
      type: 'object',
      properties: { 'x-tenant': { type: 'string' }, etag: { type: 'string' } },
      required: ['x-tenant'],
    });
    expect(printed(contract.responses, {})).toEqual({ 200: '{ id: number; page?: number; tenant: string }' });
  });

  test('kinds of bodies', () => {
    expect(of('upload').contract.body).toMatchObject({ contentTypes: ['multipart/form-data'], required: true });
    expect(of('form').contract.body).toMatchObject({
      contentTypes: ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'],
      required: true,
    });
    expect(of('lists').contract.body?.contentTypes).toEqual(of('form').contract.body?.contentTypes);
    expect(of('nested').contract.body?.contentTypes).toEqual(['application/json']);
    expect(of('maybe').contract.body).toMatchObject({ required: false });
  });

  test('zod', () => {
    const { contract, warnings } = of('zod');
    expect(warnings).toEqual([]);
    expect(contract.body?.schema).toEqual({
      type: 'object',
      properties: {
        name: { type: 'string', minLength: 2 },
        at: { type: 'string', format: 'date-time', 'x-gati-codec': 'date' },
        n: { type: 'integer' },
        tags: { type: 'array', items: { type: 'string' }, uniqueItems: true, 'x-gati-codec': 'set' },
        big: { type: 'string', format: 'bigint', pattern: '^-?[0-9]+$', 'x-gati-codec': 'bigint' },
      },
      required: ['at', 'big', 'name', 'tags'],
    });
    expect(contract.query).toEqual({ type: 'object', properties: { page: { type: 'number', default: 1 } } });
    expect(printed(contract.responses, {})).toEqual({ 200: '{ name: string; at: string; page: number }' });
  });

  test('zod, strict and nullable and unions', () => {
    expect(of('strict').contract.body?.schema).toEqual({
      type: 'object',
      additionalProperties: false,
      properties: {
        a: { anyOf: [{ type: 'string' }, { type: 'null' }] },
        kind: {
          anyOf: ['x', 'y'].map((value) => ({ type: 'object', properties: { k: { type: 'string', const: value } }, required: ['k'] })),
        },
      },
      required: ['a', 'kind'],
    });
  });

  test('zod, recursive', () => {
    const { contract, $defs } = of('recursive');
    expect(contract.body?.schema).toEqual({ type: 'object', properties: { tree: { $ref: '#/$defs/Recursive' } }, required: ['tree'] });
    expect($defs).toEqual({
      Recursive: {
        type: 'object',
        properties: { v: { type: 'number' }, kids: { type: 'array', items: { $ref: '#/$defs/Recursive' } } },
        required: ['kids', 'v'],
      },
    });
  });

  test('arktype', () => {
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

  test('valibot', () => {
    const { contract, warnings } = of('valibot');
    expect(warnings).toEqual([]);
    expect(contract.body?.schema).toEqual({
      type: 'object',
      properties: {
        email: { type: 'string', format: 'email' },
        born: { type: 'string', format: 'date-time', 'x-gati-codec': 'date' },
        n: { type: 'number', default: 3 },
      },
      required: ['born', 'email'],
    });
  });

  test('schemas by their type where nothing can be loaded', async () => {
    await typesOnly.analyze(scan);
    const { contract, warnings } = await typesOnly.route(all.find(({ name }) => name === 'zod')!.route);
    expect(warnings.map(({ code }) => code)).toEqual(['GATI_SCHEMA_TYPES_ONLY', 'GATI_SCHEMA_TYPES_ONLY']);
    expect(contract.body?.schema).toMatchObject({
      type: 'object',
      properties: { name: { type: 'string' }, at: { 'x-gati-codec': 'date' } },
    });
  });

  test('declared responses', () => {
    const { contract, warnings } = of('declared');
    expect(warnings).toEqual([]);
    expect(printed(contract.responses, {})).toEqual({ 200: '{ id: string; note?: string }', 404: '{ error: string }' });
    expect(Object.values(contract.responses).map(({ declared }) => declared)).toEqual([true, true]);
    const settled = of('settled');
    expect(settled.warnings).toEqual([]);
    expect(printed(settled.contract.responses, {})).toEqual({ 200: '{ id: string }' });
    const values = of('values');
    expect(values.warnings).toEqual([]);
    expect(values.contract.responses['200']?.schema?.properties).toEqual({ id: { type: 'string', maxLength: 9 } });
    expect(values.contract.responses['409']?.schema?.additionalProperties).toBe(false);
  });

  test('declared responses that do not hold', () => {
    const { contract, warnings } = of('mismatch');
    expect(warnings).toMatchObject([
      {
        code: 'GATI_RESPONSE_MISMATCH',
        level: 'error',
        file: 'src/handlers/mismatch.ts',
        line: 4,
        message: expect.stringContaining('404'),
      },
      {
        code: 'GATI_RESPONSE_MISMATCH',
        level: 'error',
        file: 'src/handlers/mismatch.ts',
        line: 5,
        message: 'What the handler answers with 200 is not what is declared: at /id it is `string`, and `number` is declared.',
      },
    ]);
    expect(printed(contract.responses, {})).toEqual({ 200: '{ id: number }' });
  });

  test('sockets', () => {
    const { contract, warnings } = of('socket');
    expect(warnings).toEqual([]);
    expect(contract).toMatchObject({ method: 'WS', responses: {}, summary: 'Talk.', description: 'Much.' });
    expect(print(contract.receive!)).toBe('{ text: string }');
    expect(print(contract.send!)).toBe('{ text: string; at: string }');
  });

  test('documentation', () => {
    const { contract } = of('documented');
    expect(contract).toMatchObject({ summary: 'One line goes on.', description: 'The rest of it.', deprecated: 'use another' });
    expect(contract.responses['200']?.schema?.properties).toEqual({ a: { type: 'number', description: 'Note.' } });
  });

  test('modules, config and effects', () => {
    const { contract, warnings, dependencies } = of('uses');
    expect(warnings).toEqual([]);
    expect(printed(contract.responses, {})).toEqual({
      200: '{ at: string; n: number; limit: number; job: { id: string } }',
      400: "application/problem+json { type: string; title: string; status: 400; code: 'no_zone' }",
    });
    expect(dependencies).toEqual(['src/config.ts', 'src/handlers/uses.ts', 'src/modules/clock.ts', 'src/modules/store.ts']);
    expect(print(effect.contract.payload!)).toBe('Mail');
    expect(print(effect.contract.result!)).toBe('{ sent: boolean }');
    expect(effect.$defs['Mail']?.required).toEqual(['to']);
  });

  test('a schedule brings no payload', async () => {
    const warningsOf = async (name: string) => (await analyzer.effect({ name, file: `src/effects/${name}.ts` })).warnings;
    expect(await warningsOf('nightly')).toMatchObject([
      { code: 'GATI_EFFECT_SCHEDULE', level: 'warning', file: 'src/effects/nightly.ts', line: 3, fix: expect.stringContaining('optional') },
    ]);
    expect(await warningsOf('hourly')).toEqual([]);
  });

  test('nothing absolute', () => {
    expect(JSON.stringify([...done.values()])).not.toContain(project.root);
    expect(JSON.stringify([...done.values()])).not.toContain(dirname(project.root));
  });
});
