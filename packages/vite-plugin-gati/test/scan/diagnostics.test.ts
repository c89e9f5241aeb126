import { describe, expect, test } from 'vitest';
import { HANDLER, scanOf } from './helpers/scan.ts';

describe('diagnostics of a scan', () => {
  test('name file, line and fix, and affect no other file', async () => {
    const { routes, diagnostics } = await scanOf({
      'src/handlers/good.ts': HANDLER,
      'src/handlers/syntax.ts': 'export const a = 1;\nexport const handler = (;\n',
      'src/handlers/dynamic.ts': `\nexport const route = 'GET /' + Math.random();\n${HANDLER}`,
      'src/handlers/empty.ts': 'export const a = 1;\n',
      'src/handlers/method.ts': `export const route = 'get /x';\n${HANDLER}`,
      'src/handlers/path.ts': `export const route = 'GET /a/:id/b/:id';\n${HANDLER}`,
      'src/handlers/rest.ts': `export const route = 'GET /a/*rest/b';\n${HANDLER}`,
      'src/handlers/socket.ts': `export const route = 'WS /chat';\n${HANDLER}`,
      'src/handlers/_middleware.ts': 'export default 1;',
    });
    expect(routes.map(({ id }) => id)).toEqual(['GET /good']);
    expect(diagnostics.map(({ code, file, line }) => `${code} ${file}:${line}`)).toEqual([
      'GATI_MIDDLEWARE_MISSING src/handlers/_middleware.ts:1',
      'GATI_ROUTE_NOT_CONSTANT src/handlers/dynamic.ts:2',
      'GATI_HANDLER_MISSING src/handlers/empty.ts:1',
      'GATI_ROUTE_INVALID src/handlers/method.ts:1',
      'GATI_ROUTE_INVALID src/handlers/path.ts:1',
      'GATI_ROUTE_INVALID src/handlers/rest.ts:1',
      'GATI_HANDLER_MISSING src/handlers/socket.ts:1',
      'GATI_SYNTAX src/handlers/syntax.ts:2',
    ]);
    expect(diagnostics.every(({ fix, message }) => fix && message)).toBe(true);
    expect(diagnostics.find(({ code }) => code === 'GATI_ROUTE_NOT_CONSTANT')?.frame).toContain(
      "2 | export const route = 'GET /' + Math.random();\n  |              ^",
    );
  });

  test.each([
    ['/users', "for example 'GET /users'"],
    ['FETCH /users', "for example 'GET /users'"],
    ['GET users', "for example 'GET /users'"],
    ['get /users', "'GET /users'"],
    ['GET /users/', "'/users'"],
    ['GET //users', "'/users'"],
    ['GET /users/:id.json', "':name'"],
    ['GET /users/{id}', "':name'"],
    ['GET /a?b=c', 'percent-encoded'],
    ['GET /größe', 'percent-encoded'],
    ['GET /a/../b', 'without it'],
    ['', 'one space and a path'],
    ['GET a/:a/:a?/*', "for example 'GET /users/:id'"],
    ['//:a/:a?/*', "for example 'GET /users/:id'"],
    ['get //a', "'GET /users/:id'"],
    ['GET /:a//:a', "'/users/:id'"],
    ['GET //', "'/'"],
    ['GET /?', "'text'"],
    ['GET /a\ud800', "'a'"],
  ])('propose a valid route for %j', async (route, fix) => {
    const { diagnostics } = await scanOf({
      'src/handlers/a.ts': `export const route = ${JSON.stringify(route)};\n${HANDLER}`,
    });
    expect(diagnostics).toMatchObject([
      { code: 'GATI_ROUTE_INVALID', fix: expect.stringContaining(fix) as string },
    ]);
  });

  test('name both places of two routes that match the same requests', async () => {
    const { routes, diagnostics } = await scanOf({
      'src/handlers/a.ts': `export const route = 'GET /users/:id';\n${HANDLER}`,
      'src/handlers/users/[name].get.ts': HANDLER,
      'src/handlers/z.ts': `\nexport const route = 'GET /users/:id';\n${HANDLER}`,
    });
    expect(routes).toHaveLength(1);
    expect(diagnostics).toMatchObject([
      {
        code: 'GATI_ROUTE_CONFLICT',
        file: 'src/handlers/users/[name].get.ts',
        message:
          "'GET /users/:name' matches the same requests as 'GET /users/:id' in src/handlers/a.ts:1.",
      },
      {
        code: 'GATI_ROUTE_CONFLICT',
        file: 'src/handlers/z.ts',
        line: 2,
        message: "'GET /users/:id' is already the route of src/handlers/a.ts:1.",
      },
    ]);
  });
});
