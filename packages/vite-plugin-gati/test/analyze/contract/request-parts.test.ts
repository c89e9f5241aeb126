import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AnalyzedEffect, AnalyzedRoute } from '../../../src/analyze/analyzer.ts';
import { type Analyzed, analyzeRoutes, type RouteTexts } from '../helpers/analyze-routes.ts';
import { ENGINES, print, printed } from '../helpers/project.ts';

const FILES: RouteTexts = {
  parts: [
    'GET /users/:id/*rest',
    "export type Params = { id: number };\nexport type Query = { page?: number; tag: string[] };\nexport type Headers = { 'x-tenant': string; etag?: string };\nexport const handler: Handler<typeof route> = (req) => ({ id: req.params.id, page: req.query.page, tenant: req.headers['x-tenant'] });",
  ],
  upload: [
    'POST /upload',
    'export type Body = { photo: File; title: string };\nexport const handler: Handler<typeof route> = (req) => ({ size: req.body.photo.size });',
  ],
  form: [
    'POST /form',
    "export const accept = ['json', 'form'];\nexport type Body = { name: string; age?: number };\nexport const handler: Handler<typeof route> = (req) => ({ name: req.body.name });",
  ],
  onlyForm: [
    'POST /only-form',
    "export const accept = ['form'];\nexport type Body = { name: string };\nexport const handler: Handler<typeof route> = () => {};",
  ],
  flat: [
    'POST /flat',
    'export type Body = { name: string; age?: number };\nexport const handler: Handler<typeof route> = () => {};',
  ],
  uploadOrJson: [
    'POST /upload-or-json',
    "export const accept = ['json', 'form'];\nexport type Body = { photo: File };\nexport const handler: Handler<typeof route> = () => {};",
  ],
  nestedForm: [
    'POST /nested-form',
    "export const accept = ['form'];\nexport type Body = { lines: { qty: number }[] };\nexport const handler: Handler<typeof route> = () => {};",
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
  socket: [
    'WS /chat/:room',
    'export type Receive = { text: string };\nexport type Send = { text: string; at: Date };\n/** Talk.\n *\n * Much. */\nexport const socket: Socket<typeof route> = { message(peer, message) { peer.send({ text: message.text, at: new Date() }); } };',
  ],
  documented: [
    'GET /documented',
    '/**\n * One line\n * goes on.\n *\n * The rest of it.\n *\n * @deprecated use another\n */\nexport async function handler(req, res) { return { /** Note. */ a: 1 }; }',
  ],
  uses: [
    'POST /uses',
    "export const handler: Handler<typeof route> = async (req, res, gctx) => { const job = await gctx.effects.enqueue('mail', { to: 'x' }); return { at: gctx.modules.clock.now(String(req.query.zone)), n: await gctx.modules.store.count(), limit: gctx.config.LIMIT, job }; };",
  ],
};

const MODULES = {
  'src/modules/clock.ts':
    "import { HttpError } from '@gati/runtime-h3';\nexport function now(zone: string): Date { if (zone === '') throw new HttpError(400, 'no_zone'); return new Date(); }\n",
  'src/modules/store.ts':
    'const defineModule = <T,>(module: { setup(): T }) => module;\nexport default defineModule({ setup: () => ({ async count(): Promise<number> { return 1; } }) });\n',
  'src/config.ts':
    "import { z } from 'zod';\nexport default z.object({ LIMIT: z.coerce.number() });\n",
};
const EFFECTS = {
  'src/effects/mail.ts':
    "export interface Mail { to: string; at?: Date }\nexport async function run(payload: Mail, ectx: EffectContext): Promise<{ sent: boolean }> { ectx.logger.info('x'); return { sent: payload.to !== '' }; }\n",
  'src/effects/nightly.ts':
    "import type { Mail } from './mail.ts';\nexport const schedule = '0 3 * * *';\nexport async function run(payload: Mail): Promise<void> {}\n",
  'src/effects/typed.ts':
    "export const run: (payload: { id: string }) => Promise<{ state: string }> = async () => ({ state: 'sent' as const });\n",
  'src/effects/hourly.ts':
    "export const schedule = '0 * * * *';\nexport async function run(payload: { full?: boolean }): Promise<void> {}\n",
};

const SCAN = {
  modules: [
    { name: 'clock', file: 'src/modules/clock.ts' },
    { name: 'store', file: 'src/modules/store.ts' },
  ],
  effects: [{ name: 'mail', file: 'src/effects/mail.ts' }],
  config: 'src/config.ts',
};

describe.each(ENGINES)('analysed routes and effects (%s)', (engine) => {
  let app: Analyzed;
  let effect: AnalyzedEffect;
  beforeAll(async () => {
    app = await analyzeRoutes(engine, FILES, { files: { ...MODULES, ...EFFECTS }, scan: SCAN });
    effect = await app.analyzer.effect(app.scan.effects[0]!);
  });
  afterAll(() => app.close());
  const of = (name: string): AnalyzedRoute => app.of(name);

  test('analyses the schemas of params, query and headers', () => {
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
    expect(printed(contract.responses, {})).toEqual({
      200: '{ id: number; page?: number; tenant: string }',
    });
  });

  test('list the content types in which their body can be sent', () => {
    expect(of('upload').contract.body).toMatchObject({
      contentTypes: ['multipart/form-data'],
      required: true,
    });
    expect(of('form').contract.body).toMatchObject({
      contentTypes: [
        'application/json',
        'application/x-www-form-urlencoded',
        'multipart/form-data',
      ],
      required: true,
    });
    expect(of('onlyForm').contract.body?.contentTypes).toEqual([
      'application/x-www-form-urlencoded',
      'multipart/form-data',
    ]);
    expect(of('uploadOrJson').contract.body?.contentTypes).toEqual(['multipart/form-data']);
    expect(of('uploadOrJson').warnings).toMatchObject([
      { code: 'GATI_ROUTE_SETTING', line: 2, message: expect.stringContaining('has a file') },
    ]);
    expect(of('nestedForm').warnings).toEqual([]);
    for (const name of ['flat', 'lists'])
      expect(of(name).contract.body?.contentTypes).toEqual(['application/json']);
    expect(of('nested').contract.body?.contentTypes).toEqual(['application/json']);
    expect(of('maybe').contract.body).toMatchObject({ required: false });
  });

  test('analyses the schemas of the messages of a socket', () => {
    const { contract, warnings } = of('socket');
    expect(warnings).toEqual([]);
    expect(contract).toMatchObject({
      method: 'WS',
      responses: {},
      summary: 'Talk.',
      description: 'Much.',
    });
    expect(print(contract.receive!)).toBe('{ text: string }');
    expect(print(contract.send!)).toBe('{ text: string; at: string }');
  });

  test('take summary, description and deprecation from the doc comment', () => {
    const { contract } = of('documented');
    expect(contract).toMatchObject({
      summary: 'One line goes on.',
      description: 'The rest of it.',
      deprecated: 'use another',
    });
    expect(contract.responses['200']?.schema?.properties).toEqual({
      a: { type: 'number', description: 'Note.' },
    });
  });

  test('depend on the modules and the config that the handler uses', () => {
    const { contract, warnings, dependencies } = of('uses');
    expect(warnings).toEqual([]);
    expect(printed(contract.responses, {})).toEqual({
      200: '{ at: string; n: number; limit: number; job: { id: string } }',
      400: "application/problem+json { type: string; title: string; status: 400; code: 'no_zone' }",
    });
    expect(dependencies).toEqual([
      'src/config.ts',
      'src/handlers/uses.ts',
      'src/modules/clock.ts',
      'src/modules/store.ts',
    ]);
    expect(print(effect.contract.payload!)).toBe('Mail');
    expect(print(effect.contract.result!)).toBe('{ sent: boolean }');
    expect(effect.$defs['Mail']?.required).toEqual(['to']);
  });

  test('analyses the declared result of an effect', async () => {
    const { contract } = await app.analyzer.effect({ name: 'typed', file: 'src/effects/typed.ts' });
    expect(print(contract.result!)).toBe('{ state: string }');
  });

  test('warn about a scheduled effect that requires a payload', async () => {
    const warningsOf = async (name: string) =>
      (await app.analyzer.effect({ name, file: `src/effects/${name}.ts` })).warnings;
    expect(await warningsOf('nightly')).toMatchObject([
      {
        code: 'GATI_EFFECT_SCHEDULE',
        level: 'warning',
        file: 'src/effects/nightly.ts',
        line: 3,
        fix: expect.stringContaining('optional'),
      },
    ]);
    expect(await warningsOf('hourly')).toEqual([]);
  });

  test('contain no absolute path', () => {
    expect(JSON.stringify(app.all)).not.toContain(app.project.root);
    expect(JSON.stringify(app.all)).not.toContain(dirname(app.project.root));
  });
});
