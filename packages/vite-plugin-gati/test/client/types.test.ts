import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { emitClient } from '../../src/emit/client/client.ts';
import { emitClientMethods } from '../../src/emit/client/client-methods.ts';
import { toClientParts } from '../../src/emit/client/client-parts.ts';
import { toClientDeclarations, toSource } from '../../src/emit/sdk/entry-files.ts';
import { emitContext } from '../../src/emit/context.ts';
import { toExampleCall } from '../../src/emit/sdk/example-call.ts';
import { emitGlobalTypes } from '../../src/emit/global-types.ts';
import { COMPILERS, createTypedApp, type TypedApp } from '../emit/helpers/typed-app.ts';
import { FILES, SCAN } from '../emit/helpers/typed-files.ts';
import { CONTRACT } from '../helpers/client-contract.ts';
import { TEST_USES } from '../helpers/test-app-uses.ts';
import { USES } from '../helpers/client-uses.ts';
import type { Definition } from '../helpers/editor-server.ts';
import { startLanguageServer } from '../helpers/language-server.ts';
import { startTsserver } from '../helpers/tsserver.ts';

const compilers = Object.keys(COMPILERS) as (keyof typeof COMPILERS)[];

const CONTEXT_USES = `import type { Body, Config, EffectName, GlobalContext, Handler, ModuleName, Params, Req, RouteId } from '../.gati/generated/context';

export const handler: Handler<'POST /payments/:id/capture'> = (req, _res, gctx: GlobalContext) => reserve(req, gctx);
export const names: [RouteId, ModuleName, EffectName] = ['GET /health', 'ledger', 'nightly'];
// @ts-expect-error -- no such route
export const wrong: RouteId = 'GET /nope';
export const port = (config: Config): number => config.PORT;
export const params: Params<'POST /payments/:id/capture'> = { id: 'p1' };

function reserve(req: Req<'POST /payments/:id/capture'>, gctx: GlobalContext): Promise<boolean> {
  const body: Body<'POST /payments/:id/capture'> = req.body;
  return gctx.modules.ledger.reserve(req.params.id, body.amount);
}
`;

const EXAMPLES = CONTRACT.routes.map((route) => toExampleCall(route, CONTRACT));

const METHODS = emitClientMethods(CONTRACT, {
  file: 'client-methods.d.ts',
  types: './client.ts',
  root: '../../',
  lineOf: ({ id }) => CONTRACT.routes.findIndex((route) => route.id === id) + 1,
});
/** The handlers of all routes are in one file, each on a line of its own. */
const HANDLERS = CONTRACT.routes.map((_, index) => `export const h${index} = (): void => {};\n`);
const EDITED = `import { client } from 'virtual:gati/client';
import { client as sdk } from 'shop-sdk';
void client.payments.capture({ params: { id: 'p1' }, body: { amount: 1 } });
void client.health();
void client.health.name();
void client.chat({ params: { room: 'a' } });
void sdk.payments.capture({ params: { id: 'p1' }, body: { amount: 1 } });
`;

const PAYMENTS_METHODS: unknown = expect.arrayContaining(['capture']);

/** The types of an SDK with its source and its declaration maps. */
function sdkFiles(): Record<string, string> {
  const parts = toClientParts(CONTRACT, { version: '1.2.3' });
  const { esm, map } = toClientDeclarations(parts);
  return {
    'node_modules/shop-sdk/package.json': JSON.stringify({
      name: 'shop-sdk',
      type: 'module',
      types: './dist/index.d.mts',
    }),
    'node_modules/shop-sdk/src/index.ts': toSource(parts),
    'node_modules/shop-sdk/dist/index.d.mts': `${esm}\n//# sourceMappingURL=index.d.mts.map\n`,
    'node_modules/shop-sdk/dist/index.d.mts.map': map('index.d.mts'),
  };
}

describe.sequential('the generated client', () => {
  let app: TypedApp;
  beforeAll(async () => {
    app = await createTypedApp();
    app.write({
      ...FILES,
      '.gati/types/gati.d.ts': emitGlobalTypes(SCAN),
      '.gati/generated/client.ts': emitClient(CONTRACT, {
        version: '1.2.3',
        base: '/api',
        methods: './client-methods.d.ts',
      }),
      '.gati/generated/client-methods.d.ts': METHODS.text,
      '.gati/generated/client-methods.d.ts.map': METHODS.map,
      '.gati/generated/context.ts': emitContext(CONTRACT, SCAN),
      'src/uses.ts': USES,
      'src/test-uses.ts': TEST_USES,
      'src/context-uses.ts': CONTEXT_USES,
      // The calls that the pages of an SDK show.
      'src/examples.ts': `import { client } from '../.gati/generated/client';\n${EXAMPLES.map((call) => `void ${call};\n`).join('')}`,
    });
  });
  afterAll(() => app.remove());

  test.each(compilers)(
    'the types of the client accept correct calls and reject wrong ones under %s',
    async (compiler) => {
      expect(await app.check(compiler)).toEqual([]);
    },
  );

  test.each([
    { version: 6, start: startTsserver },
    { version: 7, start: startLanguageServer },
  ])(
    'an editor with TypeScript $version knows the methods of client and SDK',
    async ({ start }) => {
      app.write({ 'src/handlers/a.ts': HANDLERS.join(''), 'edited/a.ts': EDITED, ...sdkFiles() });
      app.write({
        'edited/tsconfig.json': JSON.stringify({
          extends: '../tsconfig.json',
          include: ['.', '../src/gati-env.d.ts', '../.gati/types'],
        }),
      });
      const editor = start(app.root);
      onTestFinished(() => editor.close());
      const handlerOf = (id: string): Definition[] => [
        {
          file: 'src/handlers/a.ts',
          line: CONTRACT.routes.findIndex((each) => each.id === id) + 1,
        },
      ];
      expect({
        capture: await editor.definitions('edited/a.ts', 'client.payments.capture'),
        health: await editor.definitions('edited/a.ts', 'client.health'),
        nested: await editor.definitions('edited/a.ts', 'client.health.name'),
        socket: await editor.definitions('edited/a.ts', 'client.chat'),
      }).toEqual({
        capture: handlerOf('POST /payments/:id/capture'),
        health: handlerOf('GET /health'),
        nested: handlerOf('GET /health/deep'),
        socket: handlerOf('WS /chat/:room'),
      });
      expect(await editor.hover('edited/a.ts', 'client.payments.capture')).toBe(
        'Captures a payment.\n`POST /payments/:id/capture`',
      );
      expect({
        client: await editor.completions('edited/a.ts', 'client.payments.capture'),
        sdk: await editor.completions('edited/a.ts', 'sdk.payments.capture'),
      }).toEqual({ client: PAYMENTS_METHODS, sdk: PAYMENTS_METHODS });
      const source = sdkFiles()['node_modules/shop-sdk/src/index.ts']!.split('\n');
      const [found, ...more] = await editor.definitions('edited/a.ts', 'sdk.payments.capture');
      expect(more).toEqual([]);
      expect(found!.file).toBe('node_modules/shop-sdk/src/index.ts');
      expect(source[found!.line - 1]).toContain('readonly capture: Method<');
    },
  );

  test('the generated client compiles under the strictest options', async () => {
    const strictest = {
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      noPropertyAccessFromIndexSignature: false,
      isolatedModules: true,
      noImplicitOverride: true,
      noImplicitReturns: true,
      skipLibCheck: false,
    };
    app.write({
      'src/handlers/payments/capture.ts':
        "export const handler: Handler<'POST /payments/:id/capture'> = (req) => req.body;\nexport type Body = { amount: number };\n",
    });
    expect(await app.check('TypeScript 7', strictest)).toEqual([]);
  });
});
