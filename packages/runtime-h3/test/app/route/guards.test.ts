import { describe, expect, test } from 'vitest';
import { HttpError } from '../../../src/index.ts';
import type { Guard, Middleware } from '../../../src/types/context.ts';
import { adapters, read, useTarget } from '../../helpers/target.ts';

const numbers = {
  type: 'object',
  properties: { n: { type: 'integer' } },
  required: ['n'],
} as const;

const reject = (status: number, code: string): Guard => {
  return () => {
    throw new HttpError(status, code);
  };
};

describe.each(adapters)('guards over %s', (_name, open) => {
  const target = useTarget(open);
  const start = target.start;

  test('guards run outermost first, before validation, and add their fields to lctx', async () => {
    const seen: unknown[] = [];
    await start({
      'POST /in/:id': {
        params: numbers as never,
        query: numbers as never,
        body: numbers as never,
        guards: [
          (req) => {
            seen.push(req.params, req.query, Object.hasOwn(req, 'body'), 'body' in req && req.body);
            return { user: 'ada', role: 'guest' };
          },
          (_req, _gctx, lctx) => {
            seen.push({ ...lctx });
            return Promise.resolve({ role: 'admin' });
          },
          () => {},
        ],
        middleware: [
          (_req, _res, _gctx, lctx, next) => {
            seen.push({ ...lctx });
            return next();
          },
        ],
        handler: (_req, _res, _gctx, lctx) => ({ ...lctx }),
      },
    });
    const bad = await read(
      await target.call('/in/x?n=y', { method: 'POST', body: '{"n":"z"}', headers: JSON_TYPE }),
    );
    expect(bad).toMatchObject({ status: 400 });
    expect(seen).toEqual([
      { id: 'x' },
      { n: 'y' },
      false,
      undefined,
      { user: 'ada', role: 'guest' },
    ]);
    seen.length = 0;
  });

  test('let a valid request pass, with what they returned', async () => {
    await start({
      'GET /who': {
        guards: [() => ({ user: 'ada', role: 'guest' }), async () => ({ role: 'admin' })],
        handler: (_req, _res, _gctx, lctx) => ({ ...lctx }),
      },
    });
    expect(await read(await target.call('/who'))).toMatchObject({
      status: 200,
      body: { user: 'ada', role: 'admin' },
    });
    expect((await target.call('/who', { method: 'HEAD' })).status).toBe(200);
  });

  test.each([401, 403, 429])('reject with %i before the request is validated', async (status) => {
    let runs = 0;
    await start({
      'POST /in': {
        body: numbers as never,
        guards: [reject(status, 'no'), () => void runs++],
        handler: () => void runs++,
      },
    });
    const response = await target.call('/in', { method: 'POST', body: 'not json' });
    expect(await read(response)).toMatchObject({ status, body: { code: 'no' } });
    expect(runs).toBe(0);
  });

  test('a guard rejects before a form is parsed or an upload is too large', async () => {
    await start(
      {
        'POST /in': {
          body: { type: 'object' } as never,
          contentTypes: ['multipart/form-data'],
          guards: [
            (req) => {
              if (req.headers.authorization === undefined) throw new HttpError(401, 'no');
            },
          ],
          handler: (req) => ({ fields: Object.keys(req.body as object) }),
        },
      },
      { limits: { upload: 1000 } },
    );
    const post = (size: number, headers = {}): Promise<Response> => {
      const body = new FormData();
      body.append('text', 'x'.repeat(size));
      return target.call('/in', { method: 'POST', body, headers });
    };
    expect((await post(2000)).status).toBe(401);
    expect((await post(2000, { authorization: 'a' })).status).toBe(413);
    expect(await (await post(10, { authorization: 'a' })).json()).toEqual({ fields: ['text'] });
    const broken = await target.call('/in', {
      method: 'POST',
      body: '--b'.repeat(300),
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
    });
    expect(broken.status).toBe(401);
  });

  test('a guard runs for HEAD, but not for a preflight', async () => {
    await start(
      {
        'GET /in': { guards: [reject(401, 'no')], handler: () => ({}) },
        'OPTIONS /own': { guards: [reject(401, 'no')], handler: () => ({}) },
      },
      { cors: { origins: ['https://a.example'] } },
    );
    expect((await target.call('/in', { method: 'HEAD' })).status).toBe(401);
    expect((await target.call('/own', { method: 'OPTIONS' })).status).toBe(401);
    const preflight = await target.call('/in', {
      method: 'OPTIONS',
      headers: { origin: 'https://a.example', 'access-control-request-method': 'GET' },
    });
    expect(preflight.status).toBe(204);
    const rejected = await target.call('/in', { headers: { origin: 'https://a.example' } });
    expect(rejected.headers.get('access-control-allow-origin')).toBe('https://a.example');
  });

  test.each([
    ['false', () => false as never, 'A guard returned false'],
    ['a Response', () => new Response(null, { status: 401 }), 'an instance of Response'],
    ['a list', () => [], 'a list'],
    ['null', () => null as never, 'A guard returned null'],
    ['a field of lctx', () => ({ logger: 1 }), "the field 'logger'"],
    ['__proto__', () => JSON.parse('{"__proto__":{"a":1}}') as object, "the field '__proto__'"],
  ] satisfies [string, Guard, string][])(
    'respond 500 if they return %s',
    async (_what, guard, message) => {
      let runs = 0;
      const pass: Guard = () => {};
      await start({
        'GET /in': {
          guards: [pass, guard],
          guardPlaces: ['src/handlers/_guard.ts:1', 'src/handlers/in/_guard.ts:7'],
          handler: () => void runs++,
        },
      });
      expect((await target.call('/in')).status).toBe(500);
      expect(runs).toBe(0);
      expect(target.logged).toEqual([
        expect.objectContaining({
          error: expect.objectContaining({
            code: 'GATI_GUARD_RESULT',
            message: expect.stringContaining(message),
            diagnostic: expect.objectContaining({
              file: 'src/handlers/in/_guard.ts',
              line: 7,
            }),
          }),
        }),
      ]);
    },
  );

  test('do not run on after the deadline of the handler', async () => {
    let runs = 0;
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    await start(
      { 'GET /in': { guards: [() => held], handler: () => void runs++ } },
      { limits: { handlerTimeout: 50 } },
    );
    const response = await read(await target.call('/in'));
    expect(response).toMatchObject({
      status: 503,
      body: { code: 'timeout', detail: 'A guard did not respond in time.' },
    });
    release();
    await held;
    await Promise.resolve();
    expect(runs).toBe(0);
  });
});

// Of one adapter: the texts do not depend on the platform.
describe('a guard that is late', () => {
  const target = useTarget(adapters[0]![1]);
  const late: Guard = () => new Promise(() => undefined);
  const PLACES = ['src/handlers/_guard.ts:2'];
  const stuck: Middleware = () => new Promise(() => undefined);
  const through: Middleware = (_req, _res, _gctx, _lctx, next) => next();
  const afterNext: Middleware = async (_req, _res, _gctx, _lctx, next) => {
    await next();
    await new Promise(() => undefined);
  };

  test.each([
    ['development', 'The guard of src/handlers/_guard.ts:2 did not respond in time.'],
    ['production', 'A guard did not respond in time.'],
  ] as const)(
    'is named in %s: in the log, and to clients of a development server',
    async (mode, detail) => {
      await target.start(
        { 'GET /in': { guards: [late], guardPlaces: PLACES, handler: () => 'x' } },
        { mode, limits: { handlerTimeout: 50 } },
      );
      const response = await read(await target.call('/in'));
      expect(response).toMatchObject({ status: 503, body: { code: 'timeout', detail } });
      expect(target.logged).toContainEqual(
        expect.objectContaining({ route: 'GET /in', guard: PLACES[0] }),
      );
    },
  );

  test.each([
    ['before it calls next()', [stuck], 'The middleware of src/handlers/_middleware.ts'],
    ['after next()', [afterNext], 'The middleware of src/handlers/_middleware.ts'],
    ['inside of another one', [through, stuck], 'The middleware of src/handlers/in/_middleware.ts'],
    ['and the handler runs', [through], 'The handler'],
  ] as const)('as is a middleware that is late, %s', async (_, middleware, part) => {
    const isHandlerLate = part === 'The handler';
    await target.start(
      {
        'GET /in': {
          middleware: [...middleware],
          middlewareFiles: ['src/handlers/_middleware.ts', 'src/handlers/in/_middleware.ts'],
          handler: () => (isHandlerLate ? new Promise(() => undefined) : 'x'),
        },
      },
      { mode: 'development', limits: { handlerTimeout: 50 } },
    );
    expect(await read(await target.call('/in'))).toMatchObject({
      status: 503,
      body: { code: 'timeout', detail: `${part} did not respond in time.` },
    });
    expect(target.logged.some((line) => 'middleware' in line)).toBe(!isHandlerLate);
  });

  test('is not named if it passed and the handler is late', async () => {
    await target.start(
      {
        'GET /in': {
          guards: [() => {}],
          guardPlaces: PLACES,
          handler: () => new Promise(() => undefined),
        },
      },
      { mode: 'development', limits: { handlerTimeout: 50 } },
    );
    expect(await read(await target.call('/in'))).toMatchObject({
      status: 503,
      body: { detail: 'The handler did not respond in time.' },
    });
  });
});

const JSON_TYPE = { 'content-type': 'application/json' };
