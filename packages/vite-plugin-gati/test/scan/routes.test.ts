import { describe, expect, test } from 'vitest';
import { HANDLER, scanOf } from './helpers/scan.ts';

describe('routes of a scan', () => {
  test('reads the route export, the domain, the client name and the exports', async () => {
    const { routes, diagnostics } = await scanOf({
      'src/handlers/payments/capture.ts': `
export const route = 'POST /payments/:id/capture';
export const version = 'latest';
export const handler: Handler<typeof route> = async (req, res) => {};
export type Body = { amount: number };
export interface Query {}
`,
    });
    expect(diagnostics).toEqual([]);
    expect(routes).toEqual([
      {
        id: 'POST /payments/:id/capture',
        method: 'POST',
        path: '/payments/:id/capture',
        domain: 'payments',
        name: ['payments', 'capture'],
        file: 'src/handlers/payments/capture.ts',
        line: 2,
        exports: { values: ['handler', 'route', 'version'], types: ['Body', 'Query'] },
        handler: 'handler',
        version: 'latest',
        guards: [],
        middleware: [],
      },
    ]);
  });

  test('reads routes from templates, casts, other constants and export lists', async () => {
    const { routes, diagnostics } = await scanOf({
      'src/handlers/a.ts': `const base = '/a'; const route = \`GET \${base}/x\` as const; const handler = () => {}; export { route, handler };`,
      'src/handlers/b.js': `export const route = "GET /b" ; export default function () {}`,
      'src/handlers/c.ts': `export { handler } from '../impl.ts'; export const route = ('DELETE /c/*rest' satisfies string);`,
      'src/handlers/d.mts': `export * from '../impl.ts'; export const route = 'GET /d';`,
    });
    expect(diagnostics).toEqual([]);
    expect(routes.map(({ id, handler }) => [id, handler])).toEqual([
      ['DELETE /c/*rest', 'handler'],
      ['GET /a/x', 'handler'],
      ['GET /b', 'default'],
      ['GET /d', 'handler'],
    ]);
  });

  test('reports routes that have the path of a probe', async () => {
    const files = {
      'src/handlers/index.ts': HANDLER,
      'src/handlers/[...rest].ts': HANDLER,
      'src/handlers/metrics.ts': HANDLER,
      'src/handlers/live.ts': `\nexport const route = 'HEAD /livez';\n${HANDLER}`,
      'src/handlers/more.ts': `export const route = 'POST /readyz';\n${HANDLER}`,
      'src/handlers/below.ts': `export const route = 'GET /readyz/all';\n${HANDLER}`,
    };
    const { routes, diagnostics } = await scanOf(files);
    expect(routes).toHaveLength(6);
    expect(diagnostics).toMatchObject([
      { code: 'GATI_ROUTE_SHADOWED', level: 'warning', file: 'src/handlers/live.ts', line: 2 },
      { code: 'GATI_ROUTE_SHADOWED', level: 'warning', file: 'src/handlers/metrics.ts', line: 1 },
    ]);
    expect((await scanOf(files, '/api')).diagnostics).toEqual([]);
    expect((await scanOf(files, '/livez')).diagnostics).toMatchObject([
      { code: 'GATI_ROUTE_SHADOWED', file: 'src/handlers/index.ts' },
    ]);
  });

  test('below the path of the panel get an error, and are left out', async () => {
    const files = {
      'src/handlers/control/state.ts': `export const route = 'GET /_control/state';\n${HANDLER}`,
      'src/handlers/panel.ts': `export const route = 'WS /_control';\nexport const socket = {};`,
      'src/handlers/near.ts': `export const route = 'GET /_controls';\n${HANDLER}`,
    };
    const { routes, diagnostics } = await scanOf(files);
    expect(routes.map(({ id }) => id)).toEqual(['GET /_controls']);
    expect(diagnostics).toMatchObject([
      { code: 'GATI_ROUTE_RESERVED', level: 'error', file: 'src/handlers/control/state.ts' },
      { code: 'GATI_ROUTE_RESERVED', level: 'error', file: 'src/handlers/panel.ts' },
    ]);
    expect((await scanOf(files, '/api')).diagnostics).toEqual([]);
  });

  test('come from the path of a file without a route export', async () => {
    const { routes, diagnostics } = await scanOf({
      'src/handlers/index.ts': HANDLER,
      'src/handlers/hello.ts': HANDLER,
      'src/handlers/users/index.get.ts': HANDLER,
      'src/handlers/users/index.post.ts': HANDLER,
      'src/handlers/users/[id].get.ts': HANDLER,
      'src/handlers/users/[id].delete.ts': HANDLER,
      'src/handlers/users/[id]/posts/[postId].put.ts': HANDLER,
      'src/handlers/files/[...rest].ts': HANDLER,
      'src/handlers/chat/[room].ts': 'export const socket = {};',
      'src/handlers/bank-transfer/do-it.post.ts': HANDLER,
    });
    expect(diagnostics).toEqual([]);
    expect(routes.map(({ id, domain, name }) => `${id} | ${domain} | ${name.join('.')}`)).toEqual([
      'DELETE /users/:id | users | users.remove',
      'GET / | root | get',
      'GET /files/*rest | files | files.getByRest',
      'GET /hello | root | hello.get',
      'GET /users | users | users.list',
      'GET /users/:id | users | users.get',
      'POST /bank-transfer/do-it | bank-transfer | bankTransfer.doIt.post',
      'POST /users | users | users.create',
      'PUT /users/:id/posts/:postId | users | users.posts.replace',
      'WS /chat/:room | chat | chat.wsByRoom',
    ]);
  });

  test.each([
    ['orders/index.get', 'orders.list'],
    ['orders.get', 'orders.list'],
    ['orders/index.post', 'orders.create'],
    ['orders/[id].get', 'orders.get'],
    ['orders/[id]/index.get', 'orders.get'],
    ['orders/[id].put', 'orders.replace'],
    ['orders/[id].patch', 'orders.update'],
    ['orders/[id].delete', 'orders.remove'],
    ['users/[id]/orders/index.get', 'users.orders.list'],
    ['order-items/[id].get', 'orderItems.get'],
    // These are neither a collection nor one item of it.
    ['orders/index.delete', 'orders.delete'],
    ['orders/[id].post', 'orders.postById'],
    ['orders/[shop]/[id].get', 'orders.getByShopAndId'],
    ['orders/[...path].get', 'orders.getByPath'],
    ['orders/[id]/state.get', 'orders.state.getById'],
    ['account.get', 'account.get'],
    ['account.patch', 'account.patch'],
    ['sheep/[id].get', 'sheep.getById'],
    ['address/[id].get', 'address.getById'],
    ['status/index.get', 'status.get'],
    ['analysis/[id].get', 'analysis.getById'],
    ['[id].get', 'getById'],
  ])('of the file %s is %s in the client', async (file, name) => {
    const { routes } = await scanOf({ [`src/handlers/${file}.ts`]: HANDLER });
    expect(routes.map((route) => route.name.join('.'))).toEqual([name]);
  });

  test('do not include tests, declarations and files that start with _', async () => {
    const { routes, diagnostics } = await scanOf({
      'src/handlers/a.test.ts': '',
      'src/handlers/a.d.ts': '',
      'src/handlers/_shared.ts': '',
      'src/handlers/_lib/x.ts': '',
      'src/handlers/readme.md': '',
    });
    expect({ routes, diagnostics }).toEqual({ routes: [], diagnostics: [] });
  });

  test('lists the middleware of a route, outermost first', async () => {
    const middleware = 'export const middleware = () => {};';
    const { routes } = await scanOf({
      'src/handlers/_middleware.ts': middleware,
      'src/handlers/a/_middleware.ts': middleware,
      'src/handlers/a/b/_middleware.ts': middleware,
      'src/handlers/ab/_middleware.ts': middleware,
      'src/handlers/a/b/c.ts': HANDLER,
    });
    expect(routes[0]?.middleware).toEqual([
      'src/handlers/_middleware.ts',
      'src/handlers/a/_middleware.ts',
      'src/handlers/a/b/_middleware.ts',
    ]);
  });

  test('lists the guards of a route, outermost first', async () => {
    const guard = 'export const guard = () => {};\n';
    const { routes, diagnostics } = await scanOf({
      'src/handlers/_guard.ts': guard,
      'src/handlers/a/_guard.ts': `// Why.\n\n${guard}`,
      'src/handlers/a/b/_guard.mts': guard,
      'src/handlers/ab/_guard.ts': guard,
      'src/handlers/a/b/c.ts': HANDLER,
      'src/handlers/a/_guard.test.ts': '',
    });
    expect(diagnostics).toEqual([]);
    expect(routes).toHaveLength(1);
    expect(routes[0]?.guards).toEqual([
      'src/handlers/_guard.ts',
      'src/handlers/a/_guard.ts',
      'src/handlers/a/b/_guard.mts',
    ]);
    expect(routes[0]?.guardPlaces).toEqual([
      'src/handlers/_guard.ts:1',
      'src/handlers/a/_guard.ts:3',
      'src/handlers/a/b/_guard.mts:1',
    ]);
  });

  test('keeps a guard that is missing or has an error, so that nothing is served without it', async () => {
    const { routes, diagnostics } = await scanOf({
      'src/handlers/_guard.ts': 'export const gaurd = () => {};\n',
      'src/handlers/a/_guard.ts': 'export const guard = (',
      'src/handlers/a/b.ts': HANDLER,
    });
    expect(routes[0]?.guards).toEqual(['src/handlers/_guard.ts', 'src/handlers/a/_guard.ts']);
    expect(diagnostics.map(({ code, file }) => `${code} ${file}`)).toEqual([
      'GATI_EXPORT_MISSPELT src/handlers/_guard.ts',
      'GATI_GUARD_MISSING src/handlers/_guard.ts',
      'GATI_SYNTAX src/handlers/a/_guard.ts',
    ]);
  });

  test('uses the exported client name, unless an earlier file has it', async () => {
    const { routes, diagnostics } = await scanOf({
      'src/handlers/a.ts': `export const route = 'GET /a'; export const name = 'x.y'; ${HANDLER}`,
      'src/handlers/b.ts': `export const route = 'GET /b'; export const name = 'x.y'; ${HANDLER}`,
      'src/handlers/c.ts': `export const route = 'GET /c'; export const name = 'x'; ${HANDLER}`,
      'src/handlers/d.ts': `export const route = 'GET /d'; export const name = 'a.then'; ${HANDLER}`,
    });
    expect(routes.map(({ id, name }) => [id, name])).toEqual([['GET /a', ['x', 'y']]]);
    expect(diagnostics.map(({ code, file, message }) => [code, file, message])).toEqual([
      [
        'GATI_NAME_CONFLICT',
        'src/handlers/b.ts',
        "The client name 'x.y' is already taken by src/handlers/a.ts:1.",
      ],
      [
        'GATI_NAME_CONFLICT',
        'src/handlers/c.ts',
        "The client name 'x' is already taken by src/handlers/a.ts:1.",
      ],
      ['GATI_NAME_INVALID', 'src/handlers/d.ts', "'a.then' can't be a client name."],
    ]);
  });

  test('conflict with a route whose path has another spelling of the same encoding', async () => {
    const { routes, diagnostics } = await scanOf({
      'src/handlers/a.ts': `export const route = 'GET /caf%C3%A9';\n${HANDLER}`,
      'src/handlers/b.ts': `export const route = 'GET /c%61f%c3%a9';\n${HANDLER}`,
    });
    expect(routes.map(({ id }) => id)).toEqual(['GET /caf%C3%A9']);
    expect(diagnostics.map(({ code }) => code)).toEqual(['GATI_ROUTE_CONFLICT']);
  });
});
