import { expectTypeOf } from 'vitest';
import type {
  Args,
  GlobalContext,
  Handler,
  LocalContext,
  Logger,
  Middleware,
  Params,
  Req,
  Res,
  RouteId,
  Sent,
} from '../../src/global-types.ts';
import './registries.ts';

/** Has no index signature. */
interface Session {
  user: { id: string; name?: string };
  visits: readonly number[];
}
const session: Session = { user: { id: 'u1' }, visits: [1] };

const user = 'GET /users/:id';

// The arguments of a handler.
export const handler: Handler<typeof user> = (req, res, gctx, lctx) => {
  expectTypeOf(req).toEqualTypeOf<Req<typeof user>>();
  expectTypeOf(req.params).toEqualTypeOf<{ id: string }>();
  expectTypeOf(req.query).toEqualTypeOf<{ page?: number }>();
  expectTypeOf(req.headers['x-tenant']).toEqualTypeOf<string>();
  expectTypeOf(req.headers['x-other']).toEqualTypeOf<string | undefined>();
  expectTypeOf(req.body).toEqualTypeOf<unknown>();
  expectTypeOf(req.rawBody).toEqualTypeOf<Uint8Array | undefined>();
  expectTypeOf(req.cookies['session']).toEqualTypeOf<string | undefined>();
  expectTypeOf(res).toEqualTypeOf<Res>();
  expectTypeOf(gctx).toEqualTypeOf<GlobalContext>();
  expectTypeOf(lctx).toEqualTypeOf<LocalContext>();
  // @ts-expect-error -- the route has no such parameter
  void req.params.name;
  // @ts-expect-error -- declared queries have no other names
  void req.query.size;
  // @ts-expect-error -- parts of a request are read-only
  req.params = { id: '7' };
};

// Declared parts are typed, all others are what the wire has.
expectTypeOf<Req<'POST /users'>['body']>().toEqualTypeOf<{ name: string; born?: Date }>();
expectTypeOf<Req<'POST /users'>['query']>().toEqualTypeOf<
  Record<string, string | string[] | undefined>
>();
expectTypeOf<Req<'GET /reports/:year'>['params']>().toEqualTypeOf<{ year: number }>();
expectTypeOf<Req<'GET /reports/:year'>['headers']['x-count']>().toEqualTypeOf<number | undefined>();
expectTypeOf<Req<'GET /reports/:year'>['headers']['x-other']>().toEqualTypeOf<unknown>();

// A route that no file declares has the parameters of its path.
expectTypeOf<Params<'PUT /a/:id/b/*rest'>>().toEqualTypeOf<{ id: string; rest: string }>();
expectTypeOf<Params<'PUT /a'>>().toEqualTypeOf<{}>();
expectTypeOf<Params<string>>().toEqualTypeOf<Record<string, string>>();
expectTypeOf<'PUT /a/:id'>().toExtend<RouteId>();
// @ts-expect-error -- a route id has a path
export const pathless: RouteId = 'PUT a';

// The other ways to write a handler.
export function declared(...[req, res]: Args<'POST /users'>): Sent<string> {
  expectTypeOf(req.body.name).toEqualTypeOf<string>();
  return res.json(req.body.name);
}
expectTypeOf(declared).toExtend<Handler<'POST /users'>>();
export const returnsValue: Handler<'GET /health'> = () => ({ up: true });
export const returnsNothing: Handler<'GET /health'> = async () => {};
expectTypeOf<Args<'POST /users'>>().toEqualTypeOf<
  [req: Req<'POST /users'>, res: Res, gctx: GlobalContext, lctx: LocalContext]
>();

// The response.
export const responds: Handler = (_req, res) => {
  res.status = 201;
  expectTypeOf(res.json({ id: 7 })).toEqualTypeOf<Sent<{ id: number }>>();
  expectTypeOf(res.text('a')).toEqualTypeOf<Sent<string>>();
  expectTypeOf(res.redirect('/login', 303)).toEqualTypeOf<Sent<undefined>>();
  expectTypeOf(res.stream(new ReadableStream())).toEqualTypeOf<Sent<ReadableStream>>();
  expectTypeOf(res.headers).toEqualTypeOf<Headers>();
  res.cookie('session', 'a', { httpOnly: true, maxAge: 60, sameSite: 'lax' });
  // @ts-expect-error -- not a value of SameSite
  res.cookie('session', 'a', { sameSite: 'off' });
  // @ts-expect-error -- a status is a number
  res.status = '201';
  // @ts-expect-error -- text is a string
  res.text(7);
  // @ts-expect-error -- an array is not a stream
  res.stream([1, 2]);
};

// Contexts.
export const contexts: Handler = async (_req, _res, gctx, lctx) => {
  expectTypeOf(gctx.modules.ledger.reserve(5)).toEqualTypeOf<Promise<boolean>>();
  expectTypeOf(gctx.config.PORT).toEqualTypeOf<number>();
  expectTypeOf(gctx.logger).toEqualTypeOf<Logger>();
  expectTypeOf(gctx.release).toEqualTypeOf<{ version: string; id: string; deployedAt: Date }>();
  expectTypeOf(lctx.client).toEqualTypeOf<{ ip: string; userAgent: string | undefined }>();
  expectTypeOf(lctx.signal).toEqualTypeOf<AbortSignal>();
  lctx.waitUntil(Promise.resolve(1));
  lctx.logger.info('a message', { field: 1 });
  const { rows } = await gctx.db.sql<{ name: string }>`SELECT name FROM users WHERE id = ${7}`;
  expectTypeOf(rows).toEqualTypeOf<{ name: string }[]>();
  expectTypeOf(gctx.db.transaction(async (tx) => (await tx.sql`SELECT 1`).success)).toEqualTypeOf<
    Promise<boolean>
  >();
  await gctx.storage.setItem('a:b', { list: [1, null] });
  await gctx.storage.setItem('session', session);
  // @ts-expect-error -- a Date comes back as a string
  await gctx.storage.setItem('session', { at: new Date() });
  // @ts-expect-error -- JSON has no functions
  await gctx.storage.setItem('session', { toText: () => 'a' });
  // @ts-expect-error -- JSON has no undefined
  await gctx.storage.setItem('session', undefined);
  const { changes } = await gctx.db.prepare('DELETE FROM users').run();
  expectTypeOf(changes).toEqualTypeOf<number>();
  // @ts-expect-error -- the app has no such module
  void gctx.modules.mailer;
  // @ts-expect-error -- the config has no such name
  void gctx.config.HOST;
  // @ts-expect-error -- SQL takes no objects
  void gctx.db.sql`SELECT ${{ id: 7 }}`;
  // @ts-expect-error -- waitUntil takes a promise
  lctx.waitUntil(1);
  // @ts-expect-error -- fields are an object
  lctx.logger.info('a message', 'field');
};

// Middleware.
export const middleware: Middleware = async (req, res, _gctx, lctx, next) => {
  expectTypeOf(req).toEqualTypeOf<Req>();
  expectTypeOf(req.params).toEqualTypeOf<Record<string, string>>();
  expectTypeOf(next).toEqualTypeOf<() => Promise<unknown>>();
  lctx.state.set('user', req.headers['authorization']);
  if (req.path === '/') return res.json({ root: true });
  return next();
};
