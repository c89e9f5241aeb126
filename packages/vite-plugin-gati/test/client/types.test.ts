import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emitClient } from '../../src/emit/client/client.ts';
import { emitContext } from '../../src/emit/context.ts';
import { toExampleCall } from '../../src/emit/sdk/example-call.ts';
import { emitGlobalTypes } from '../../src/emit/global-types.ts';
import { COMPILERS, createTypedApp, type TypedApp } from '../emit/helpers/typed-app.ts';
import { FILES, SCAN } from '../emit/helpers/typed-files.ts';
import { CONTRACT } from '../helpers/client-contract.ts';
import { TEST_USES } from '../helpers/test-app-uses.ts';
import { USES } from '../helpers/client-uses.ts';

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

describe.sequential('the generated client', () => {
  let app: TypedApp;
  beforeAll(async () => {
    app = await createTypedApp();
    app.write({
      ...FILES,
      '.gati/types/gati.d.ts': emitGlobalTypes(SCAN),
      '.gati/generated/client.ts': emitClient(CONTRACT, { version: '1.2.3', base: '/api' }),
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
