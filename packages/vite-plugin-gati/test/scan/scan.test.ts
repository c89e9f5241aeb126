import { afterEach, describe, expect, test } from 'vitest';
import { createScanner } from '../../src/scan/scanner.ts';
import type { Scan } from '../../src/scan/types.ts';
import { createTestApp, type TestApp } from '../helpers/app.ts';

const HANDLER = 'export const handler = () => {};\n';
let app: TestApp;
afterEach(() => app.dispose());

async function scanOf(files: Record<string, string>, base?: string): Promise<Scan> {
  app = await createTestApp(files);
  return createScanner(app.root, { base }).scan();
}

describe('routes', () => {
  test('reads the route export, the domain, the name and the exports', async () => {
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
        middleware: [],
      },
    ]);
  });

  test('reads constants behind templates, casts, other constants and export lists', async () => {
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

  test('warns of routes where a built server answers its own probes', async () => {
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
    await app.dispose();
    expect((await scanOf(files, '/api')).diagnostics).toEqual([]);
    await app.dispose();
    expect((await scanOf(files, '/livez')).diagnostics).toMatchObject([
      { code: 'GATI_ROUTE_SHADOWED', file: 'src/handlers/index.ts' },
    ]);
  });

  test('takes what has no route export from its path', async () => {
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
      'DELETE /users/:id | users | users.deleteById',
      'GET / | root | get',
      'GET /files/*rest | files | files.getByRest',
      'GET /hello | root | hello.get',
      'GET /users | users | users.get',
      'GET /users/:id | users | users.getById',
      'POST /bank-transfer/do-it | bank-transfer | bankTransfer.doIt.post',
      'POST /users | users | users.post',
      'PUT /users/:id/posts/:postId | users | users.posts.putByIdAndPostId',
      'WS /chat/:room | chat | chat.wsByRoom',
    ]);
  });

  test('leaves tests, declarations and files that start with _ alone', async () => {
    const { routes, diagnostics } = await scanOf({
      'src/handlers/a.test.ts': '',
      'src/handlers/a.d.ts': '',
      'src/handlers/_shared.ts': '',
      'src/handlers/_lib/x.ts': '',
      'src/handlers/readme.md': '',
    });
    expect({ routes, diagnostics }).toEqual({ routes: [], diagnostics: [] });
  });

  test('lists middleware outermost first', async () => {
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

  test('takes another client name, and keeps the first of two equal ones', async () => {
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
});

describe('problems', () => {
  test('names file, line and fix, and hides no other file', async () => {
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
  ])('says how %j would be right', async (route, fix) => {
    const { diagnostics } = await scanOf({
      'src/handlers/a.ts': `export const route = ${JSON.stringify(route)};\n${HANDLER}`,
    });
    expect(diagnostics).toMatchObject([
      { code: 'GATI_ROUTE_INVALID', fix: expect.stringContaining(fix) as string },
    ]);
  });

  test('reports two routes of one shape at both places', async () => {
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

describe('the rest of an app', () => {
  test('finds modules, effects, config and versions', async () => {
    const found = await scanOf({
      'src/modules/ledger.ts': 'export const reserve = () => true;',
      'src/modules/fx-rates.ts': '',
      'src/modules/nested/x.ts': '',
      'src/effects/capture.ts':
        "export const effect = 'capturePayment'; export async function run() {}",
      'src/effects/send-mail.ts': 'export async function run() {}',
      'src/effects/bad.ts': 'export const x = 1;',
      'src/effects/blank.ts': "export const effect = 'a b/c'; export async function run() {}",
      'src/effects/dotted.ts':
        "export const effect = 'mail.send-now'; export async function run() {}",
      'src/config.ts': 'export default {};',
      'src/versions/v1.ts': '',
      'src/versions/1.x.ts': "export const to = '2.0.0';\nexport default {};",
      'src/versions/2.1.0.ts': "export const to = '2.0.0';\nexport default {};",
      'src/versions/3.x.ts': 'export default {};',
      'src/versions/4.x.ts': "export const to = '5.0.0';",
      'src/other.ts': 'syntax error (',
    });
    expect(found).toMatchObject({
      routes: [],
      modules: [
        { name: 'fxRates', file: 'src/modules/fx-rates.ts' },
        { name: 'ledger', file: 'src/modules/ledger.ts' },
      ],
      effects: [
        { name: 'capturePayment', file: 'src/effects/capture.ts' },
        { name: 'mail.send-now', file: 'src/effects/dotted.ts' },
        { name: 'sendMail', file: 'src/effects/send-mail.ts' },
      ],
      config: 'src/config.ts',
      versions: [{ from: '1.x', to: '2.0.0', file: 'src/versions/1.x.ts' }],
      diagnostics: [
        { code: 'GATI_EFFECT_RUN_MISSING', file: 'src/effects/bad.ts' },
        {
          code: 'GATI_NAME_INVALID',
          file: 'src/effects/blank.ts',
          message: "'a b/c' can't be an effect name.",
        },
        {
          code: 'GATI_MIGRATION_INVALID',
          file: 'src/versions/2.1.0.ts',
          message: '2.1.0 is migrated to 2.0.0, which is not a later version.',
        },
        {
          code: 'GATI_MIGRATION_INVALID',
          file: 'src/versions/3.x.ts',
          message: 'The file does not say which version it migrates 3.x to.',
        },
        {
          code: 'GATI_MIGRATION_INVALID',
          file: 'src/versions/4.x.ts',
          message: 'The file exports no migration.',
        },
        {
          code: 'GATI_MIGRATION_INVALID',
          file: 'src/versions/v1.ts',
          message: "'v1' is neither a version nor a range of versions.",
        },
      ],
    });
  });

  test('tells which settings of an effect can not be used', async () => {
    const run = 'export async function run() {}';
    const { diagnostics, effects } = await scanOf({
      'src/effects/good.ts': `const MINUTE = 60 * 1000;
export const schedule = '0 3 * * 1-5', timezone = 'Europe/Berlin';
export const retry = { attempts: 3, delay: 5 * MINUTE, max: 30 * MINUTE };
export const concurrency = 1;
export const rateLimit = { max: 10, per: MINUTE } as const;
export const timeout = Number(process.env.TIMEOUT ?? 1000);
${run}`,
      'src/effects/a.ts': `export const schedule = '0 25 * * *';\n${run}`,
      'src/effects/b.ts': `export const schedule = '0 3 * * *';\nexport const timezone = 'Europe/Atlantis';\n${run}`,
      'src/effects/c.ts': `export const schedule = '0 0 30 2 *';\n${run}`,
      'src/effects/d.ts': `${run}\nexport const concurrency = 0;`,
      'src/effects/e.ts': `${run}\nexport const retry = { tries: 3 };`,
      'src/effects/f.ts': `${run}\nexport const rateLimit = { max: 10 };`,
      'src/effects/g.ts': `${run}\nexport const timeout = -1;`,
    });
    expect(effects).toHaveLength(8);
    expect(
      diagnostics.map(({ code, file, line, message }) => [code, `${file}:${line}`, message]),
    ).toEqual([
      [
        'GATI_EFFECT_SCHEDULE',
        'src/effects/a.ts:1',
        expect.stringContaining("'0 25 * * *' is not a schedule: "),
      ],
      [
        'GATI_EFFECT_SCHEDULE',
        'src/effects/b.ts:1',
        expect.stringContaining("'0 3 * * *' in 'Europe/Atlantis' is not a schedule: "),
      ],
      [
        'GATI_EFFECT_SCHEDULE',
        'src/effects/c.ts:1',
        expect.stringContaining("'0 0 30 2 *' is not a schedule: it never "),
      ],
      ['GATI_EFFECT_SETTING', 'src/effects/d.ts:2', "'concurrency' can't be 0."],
      ['GATI_EFFECT_SETTING', 'src/effects/e.ts:2', `'retry' can't be {"tries":3}.`],
      ['GATI_EFFECT_SETTING', 'src/effects/f.ts:2', `'rateLimit' can't be {"max":10}.`],
      ['GATI_EFFECT_SETTING', 'src/effects/g.ts:2', "'timeout' can't be -1."],
    ]);
  });
});

describe('again', () => {
  test('looks at changed files only, and keeps the route of a file that broke', async () => {
    app = await createTestApp({
      'src/handlers/a.ts': `export const route = 'GET /a';\n${HANDLER}`,
      'src/handlers/b.ts': HANDLER,
    });
    const scanner = createScanner(app.root);
    await scanner.scan();
    const update = (...texts: [file: string, text?: string][]): Scan =>
      scanner.update(new Map(texts.map(([file, text]) => [file, text])));
    const a2 = `export const route = 'GET /a2';\n${HANDLER}`;
    expect(update(['src/handlers/c.ts', HANDLER]).routes.map(({ id }) => id)).toEqual([
      'GET /a',
      'GET /b',
      'GET /c',
    ]);
    expect(update(['src/handlers/a.ts', a2]).routes.map(({ id }) => id)).toEqual([
      'GET /a2',
      'GET /b',
      'GET /c',
    ]);
    const broken = update(['src/handlers/a.ts', "export const route = 'GET /"]);
    expect(broken.routes.map(({ id }) => id)).toEqual(['GET /a2', 'GET /b', 'GET /c']);
    expect(broken.diagnostics).toMatchObject([{ code: 'GATI_SYNTAX', file: 'src/handlers/a.ts' }]);
    const last = update(['src/handlers/a.ts'], ['src/handlers/b.ts'], ['src/other.ts', HANDLER]);
    expect(last.routes.map(({ id }) => id)).toEqual(['GET /c']);
    expect(last.diagnostics).toEqual([]);
    await app.write('src/handlers/c.ts', HANDLER);
    await app.remove('src/handlers/a.ts');
    await app.remove('src/handlers/b.ts');
    expect(await scanner.scan()).toEqual(last);
  });

  test('leaves what is told while it reads as it was told', async () => {
    app = await createTestApp({ 'src/handlers/a.ts': HANDLER, 'src/handlers/b.ts': HANDLER });
    const scanner = createScanner(app.root);
    await scanner.scan();
    const scanning = scanner.scan();
    scanner.update(
      new Map([
        ['src/handlers/a.ts', `export const route = 'GET /told';\n${HANDLER}`],
        ['src/handlers/b.ts', undefined],
        ['src/handlers/c.ts', HANDLER],
      ]),
    );
    expect((await scanning).routes.map(({ id }) => id)).toEqual(['GET /c', 'GET /told']);
    expect((await scanner.scan()).routes.map(({ id }) => id)).toEqual(['GET /a', 'GET /b']);
  });
});
