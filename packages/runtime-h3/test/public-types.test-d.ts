// Compiled by `npm run types`. No test runs this file. `generated-types/` has the types of an app
// with generated registries; here the registries are empty, as in a fresh clone.
import { expectTypeOf } from 'vitest';
import { type App, type AppOptions, createApp } from '../src/app/index.ts';
import {
  type Args,
  type Body,
  defineModule,
  type GlobalContext,
  type Guard,
  type Handler,
  HttpError,
  isHttpError,
  type ModuleDefinition,
  type ParamNames,
  type Params,
  type Query,
  type ReleaseBundle,
  type Security,
} from '../src/index.ts';
import type { ServerOptions } from '../src/server/index.ts';
import { createJsonLogger, createTextLogger } from '../src/telemetry/index.ts';
import { testApp, type TestApp, type TestResponse } from '../src/testing/index.ts';

// Before anything is generated, everything about the app is `any`.
export const handler: Handler<'GET /users/:id'> = async (req, res, gctx) => {
  expectTypeOf(req.params).toBeAny();
  expectTypeOf(req.query).toBeAny();
  expectTypeOf(req.body).toBeAny();
  expectTypeOf(gctx.modules).toBeAny();
  expectTypeOf(gctx.config).toBeAny();
  await gctx.effects.enqueue('mail', { to: 'ada@example.com' });
  return res.json(req.params.id);
};
expectTypeOf<Params<'GET /a/:id'>>().toBeAny();
expectTypeOf<Query<'GET /a'>>().toBeAny();
expectTypeOf<Body<'GET /a'>>().toBeAny();
expectTypeOf<Args>().toExtend<unknown[]>();
export async function callsAnything(app: TestApp): Promise<void> {
  const response = await app.call('GET /any/:id', { params: { id: 7 }, body: 'text' });
  expectTypeOf(response).toExtend<TestResponse>();
  expectTypeOf(response.body).toBeAny();
  // @ts-expect-error -- a route id has a method and a path
  await app.call('/any');
}

// Names of parameters.
expectTypeOf<ParamNames<'/a/:id/b/*rest'>>().toEqualTypeOf<'id' | 'rest'>();
expectTypeOf<ParamNames<'/:a/:b'>>().toEqualTypeOf<'a' | 'b'>();
expectTypeOf<ParamNames<'/a'>>().toEqualTypeOf<never>();

// HttpError keeps status, code and details as literals.
export const error = new HttpError(404, 'user_not_found', { id: '7' });
expectTypeOf(error).toEqualTypeOf<HttpError<404, { id: string }, 'user_not_found'>>();
expectTypeOf(error.status).toEqualTypeOf<404>();
expectTypeOf(error.code).toEqualTypeOf<'user_not_found'>();
expectTypeOf(error.details).toEqualTypeOf<{ id: string } | undefined>();
expectTypeOf(error).toExtend<HttpError>();
expectTypeOf(error).toExtend<Error>();
// @ts-expect-error -- a code is required
void new HttpError(404);
// @ts-expect-error -- details are an object
void new HttpError(404, 'user_not_found', 'id 7');
export function catches(thrown: unknown): number | undefined {
  if (!isHttpError(thrown)) return undefined;
  expectTypeOf(thrown).toEqualTypeOf<HttpError>();
  return thrown.status;
}

// Modules: the result of `setup` is what `dispose` and `health` get.
export const counter = defineModule({
  setup: async (gctx) => {
    expectTypeOf(gctx).toEqualTypeOf<GlobalContext>();
    return { next: (): number => 1 };
  },
  dispose: (api) => void expectTypeOf(api).toEqualTypeOf<{ next: () => number }>(),
  health: (api) => api.next() > 0,
});
expectTypeOf(counter).toEqualTypeOf<ModuleDefinition<{ next: () => number }>>();
// @ts-expect-error -- setup is required
defineModule({ dispose() {} });
// @ts-expect-error -- health is a boolean
defineModule({ setup: () => 1, health: () => 'fine' });

// testApp.
expectTypeOf(testApp).returns.toEqualTypeOf<Promise<TestApp>>();
expectTypeOf(testApp({ env: { PORT: '80' } })).resolves.toEqualTypeOf<TestApp>();
// @ts-expect-error -- variables are strings
void testApp({ env: { PORT: 80 } });

// createApp and startServer.
export function creates(release: ReleaseBundle, gctx: GlobalContext): App {
  const required = {
    releases: () => ({ list: [] }),
    context: () => gctx,
    mode: 'production',
    logger: createJsonLogger({ level: 'warn', fields: { app: 'shop' } }),
  } satisfies AppOptions;
  // @ts-expect-error -- not a mode
  createApp({ ...required, mode: 'test' });
  // @ts-expect-error -- not a policy
  createApp({ ...required, missingVersion: 'newest' });
  // @ts-expect-error -- not a limit
  createApp({ ...required, limits: { header: 1 } });
  // @ts-expect-error -- a logger is required
  createApp({ releases: required.releases, context: required.context, mode: 'production' });
  const server: ServerOptions = { release: async () => release, base: '/api' };
  void server;
  return createApp({
    ...required,
    logger: createTextLogger({ colors: false }),
    cors: { origins: ['https://app.example.com'], credentials: true },
    limits: { body: 1024 },
    trustProxy: ['10.0.0.0/8'],
  });
}
expectTypeOf<App['fetch']>().toEqualTypeOf<(request: Request) => Promise<Response>>();

// Guards and what they declare.
export const guard = (async (req, gctx, lctx) => {
  expectTypeOf(req.cookies).toEqualTypeOf<Record<string, string | undefined>>();
  // @ts-expect-error -- the body is read after the guards
  expectTypeOf(req.body).toBeAny();
  gctx.logger.info(lctx.requestId);
  if (req.cookies['sid'] === undefined)
    throw new HttpError(401, 'who', { a: 1 }, { headers: { 'retry-after': '1' } });
  return { user: 'ada' };
}) satisfies Guard;
expectTypeOf(guard).returns.resolves.toEqualTypeOf<{ user: string }>();
export const security: Security[] = [
  false,
  { bearer: { format: 'JWT', scopes: ['a'] } },
  [{ cookie: { name: 'sid' } }, { apiKey: { in: 'query', name: 'key' } }, {}],
  // @ts-expect-error -- no such scheme
  { baerer: {} },
  // @ts-expect-error -- a key has a place
  { apiKey: { name: 'key' } },
];
