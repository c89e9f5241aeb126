import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Contract, RouteContract, Schema } from '@gati/contract';
import { emitGlobalTypes } from '../../src/emit/global-types.ts';
import { emitVersionTypes } from '../../src/emit/version-types.ts';
import { COMPILERS, createTypedApp, type TypedApp } from './helpers/typed-app.ts';
import { GUARDED_FILES } from './helpers/guarded-files.ts';
import { FILES, SCAN } from './helpers/typed-files.ts';

const compilers = Object.keys(COMPILERS) as (keyof typeof COMPILERS)[];

describe.sequential('the global types, from the built declarations', () => {
  let app: TypedApp;
  beforeAll(async () => {
    app = await createTypedApp();
    app.write({ ...FILES, '.gati/types/gati.d.ts': emitGlobalTypes(SCAN) });
  });
  afterAll(() => app.remove());

  test.each(compilers)('accept right uses and reject wrong ones under %s', async (compiler) => {
    expect(await app.check(compiler)).toEqual([]);
  });

  test('work with allowImportingTsExtensions, without DOM.Iterable, under nodenext and with exact optional properties', async () => {
    expect(
      await app.check('TypeScript 7', {
        allowImportingTsExtensions: true,
        exactOptionalPropertyTypes: true,
      }),
    ).toEqual([]);
    expect(
      await app.check('TypeScript 7', { lib: ['ES2022', 'DOM'], noUncheckedIndexedAccess: true }),
    ).toEqual([]);
    expect(
      await app.check('TypeScript 7', {
        module: 'nodenext',
        moduleResolution: 'nodenext',
        noUncheckedIndexedAccess: true,
      }),
    ).toEqual([]);
  });

  test('the global types have no errors with skipLibCheck: false', async () => {
    app.write({ '.gati/generated/client.ts': CLIENT });
    expect(await app.check('TypeScript 7', { skipLibCheck: false })).toEqual([]);
    fs.rmSync(path.join(app.root, '.gati/generated'), { recursive: true });
  });

  test('accept anything before types are generated, like testApp', async () => {
    app.write({ 'src/any.ts': ANY_CALL });
    expect(await app.check('TypeScript 7')).toEqual([]);
    const before = {
      '.gati/types/gati.d.ts': '',
      'src/handlers/payments/refund.ts': '',
      'src/handlers/search.ts': '',
      ...Object.fromEntries(Object.keys(GUARDED_FILES).map((file) => [file, ''])),
      'src/handlers/chat.ts': '',
      'src/handlers/plain.ts': '',
    };
    app.write({
      ...before,
      'src/handlers/payments/capture.ts':
        "export const handler: Handler<'POST /a/:id'> = (req, res, gctx, lctx) => res.json({ id: req.params.id, amount: gctx.modules.ledger.fee(req.body.amount), user: lctx.user.id, tenant: lctx.state.get('tenant').name });",
      'src/handlers/club/_guard.ts':
        "export const guard = (async (req, _gctx, lctx) => ({ user: lctx.user ?? req.cookies.user })) satisfies Guard<'/club'>;",
      'src/handlers/club/_middleware.ts':
        "export const middleware: Middleware<'/club'> = async (_req, _res, _gctx, lctx, next) => { lctx.state.set('tenant', lctx.user.id); return next(); };",
    });
    expect(await app.check('TypeScript 7')).toEqual([]);
  });
});

describe('migrations', () => {
  let app: TypedApp;
  beforeAll(async () => {
    app = await createTypedApp();
  });
  afterAll(() => app.remove());

  test.each(compilers)('are checked against both contracts under %s', async (compiler) => {
    app.write({
      '.gati/types/versions.d.ts': emitVersionTypes([{ name: '1.x', from: OLD, to: NEW }]),
      ...MIGRATIONS,
    });
    expect(await app.check(compiler)).toEqual([]);
  });
});

const contract = (
  routes: Partial<RouteContract>[],
  effects: Contract['effects'] = [],
): Contract => ({
  routes: routes.map(
    (route) =>
      ({
        id: '',
        method: 'GET',
        path: '',
        domain: 'root',
        name: ['x'],
        file: 'x.ts',
        responses: {},
        ...route,
      }) as RouteContract,
  ),
  effects,
  modules: [],
  $defs: {
    Payment: { type: 'object', properties: { amount: { type: 'number' } }, required: ['amount'] },
  },
});
const object = (properties: Record<string, Schema>): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
});
const json = (schema: Schema): RouteContract['responses'][string] => ({
  contentType: 'application/json',
  schema,
});
const OLD = contract(
  [
    {
      id: 'POST /payments/:id',
      method: 'POST',
      params: object({ id: { type: 'string' } }),
      body: {
        contentTypes: ['application/json'],
        required: true,
        schema: { $ref: '#/$defs/Payment' },
      },
      responses: {
        '202': json(object({ state: { type: 'string' } })),
        '409': json(object({ error: { type: 'string' } })),
      },
    },
    { id: 'GET /old', responses: { '200': json(object({ x: { type: 'number' } })) } },
  ],
  [{ name: 'capture', file: 'x.ts', payload: object({ id: { type: 'string' } }) }],
);
const NEW = contract(
  [
    {
      id: 'POST /payments/:id',
      method: 'POST',
      params: object({ id: { type: 'string' } }),
      body: {
        contentTypes: ['application/json'],
        required: true,
        schema: object({ cents: { type: 'integer' } }),
      },
      responses: {
        '202': json(object({ status: { type: 'string' } })),
        '409': json(object({ error: { type: 'string' } })),
      },
    },
    { id: 'GET /new', responses: { '200': json(object({ y: { type: 'number' } })) } },
  ],
  [{ name: 'capture', file: 'x.ts', payload: object({ payment: { type: 'string' } }) }],
);
const MIGRATIONS = {
  'src/gati-env.d.ts': FILES['src/gati-env.d.ts']!,
  '.gati/types/gati.d.ts': '/// <reference path="./versions.d.ts" />\n',
  'src/versions/1.x.ts': `export const to = '2.0.0';
export default {
  routes: {
    'POST /payments/:id': {
      up: ({ body, params }) => ({ params: { id: params.id }, body: { cents: body.amount * 100 } }),
      down: (response) => (response.status === 202 ? { body: { state: response.body.status } } : response),
    },
  },
  moved: { 'GET /old': { to: 'GET /new', down: ({ body }) => ({ body: { x: body.y } }) } },
  effects: { capture: (old) => ({ payment: old.id }) },
} satisfies Migration<'1.x'>;
`,
  'src/versions/wrong.ts': `export const a = {
  // @ts-expect-error -- the old body has no such field
  routes: { 'POST /payments/:id': { up: ({ body }) => ({ body: { cents: body.total } }) } },
} satisfies Migration<'1.x'>;
export const b = {
  // @ts-expect-error -- the new body has another field
  routes: { 'POST /payments/:id': { up: () => ({ body: { amount: 1 } }) } },
} satisfies Migration<'1.x'>;
export const c = {
  // @ts-expect-error -- there is no such route
  moved: { 'GET /old': { to: 'GET /nowhere' } },
} satisfies Migration<'1.x'>;
export const d = {
  // @ts-expect-error -- the new payload has another field
  effects: { capture: (old) => ({ id: old.id }) },
} satisfies Migration<'1.x'>;
/** A migration whose contracts are not available. */
export const e = { routes: { 'GET /any': { up: ({ body }) => ({ body: { any: body.any } }) } } } satisfies Migration<'9.x'>;
`,
};

const ANY_CALL = `import { testApp } from '@gati/runtime-h3/test';
const app = await testApp();
const answer = await app.call('POST /any/:id', { params: { id: 7 }, query: { tag: ['a'] }, body: { any: true } });
export const state: string = answer.status === 202 ? answer.body.state : (await app.call('GET /some')).body.else;
`;

const CLIENT = `export declare const client: object, call: object, connect: object, createClient: object, createCall: object, version: string;
export type Client<Throw extends boolean = false> = { throw: Throw };
export type Routes = object;
export type PlainRoute = never;
export interface Sockets {}
export type PlainSocket = never;
`;

describe('the text of gati.d.ts', () => {
  test('prints the same gati.d.ts for the same scan, without an absolute path', () => {
    expect(emitGlobalTypes(SCAN)).toBe(emitGlobalTypes(structuredClone(SCAN)));
    expect(emitGlobalTypes(SCAN)).not.toContain(process.cwd());
    expect(emitGlobalTypes(SCAN)).not.toMatch(/reference types|node:/);
  });

  test('imports each declaration from its file', () => {
    const text = emitGlobalTypes(SCAN);
    expect(text).toContain(
      "  'POST /payments/:id/capture': { body: import('../../src/handlers/payments/capture.ts').Body; };\n",
    );
    expect(text).toContain(
      "  'POST /payments/:id/refund': { body: GatiTypes.Output<typeof import('../../src/handlers/payments/refund.ts').body>; };\n",
    );
    expect(text).toContain("  'PUT /plain/:a/:b': {};\n");
    expect(text).toContain(
      "  ledger: GatiTypes.Module<typeof import('../../src/modules/ledger.ts')>;\n",
    );
    expect(text).toContain(
      "  capturePayment: GatiTypes.Payload<typeof import('../../src/effects/capturePayment.ts').run>;\n",
    );
  });
});
