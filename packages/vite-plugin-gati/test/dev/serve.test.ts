import http from 'node:http';
import WebSocket from 'crossws/websocket';
import { eventually } from '@gati/test-kit/wait';
import { afterEach, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../helpers/app.ts';
import { ask, type DevApp, startDev } from '../helpers/dev.ts';

let app: TestApp;
let dev: DevApp;
afterEach(async () => {
  await dev.close();
  await app.dispose();
});

async function start(
  files: Record<string, string>,
  ...rest: Parameters<typeof startDev> extends [string, ...infer R] ? R : never
): Promise<void> {
  app = await createTestApp(files);
  dev = await startDev(app.root, ...rest);
}

const returns = (value: unknown): string =>
  `export const handler = () => (${JSON.stringify(value)});\n`;

describe('edits', () => {
  test('serves an edited handler with the contract of the edit', async () => {
    const handler = (n: number, type: string): string => `
// contract: {"body":{"required":true,"contentTypes":["application/json"],"schema":{"$ref":"#/$defs/A"}},"$defs":{"A":{"type":"object","properties":{"a":{"type":"${type}"}},"required":["a"]}}}
export const route = 'POST /echo/:id';
export const handler = (req) => ({ n: ${n}, id: req.params.id, a: req.body.a });
`;
    await start({ 'src/handlers/echo.ts': handler(1, 'string') });
    expect(await ask(dev, '/echo/7', { json: { a: 'x' } })).toMatchObject({
      status: 200,
      body: { n: 1, id: '7', a: 'x' },
    });
    expect(await ask(dev, '/echo/7', { json: { a: 5 } })).toMatchObject({
      status: 400,
      body: { errors: [{ in: 'body', path: '/a' }] },
    });
    await app.write('src/handlers/echo.ts', handler(2, 'number'));
    await eventually(async () =>
      expect(await ask(dev, '/echo/7', { json: { a: 5 } })).toMatchObject({
        status: 200,
        body: { n: 2, a: 5 },
      }),
    );
    expect(await ask(dev, '/echo/7', { json: { a: 'x' } })).toMatchObject({ status: 400 });
  });

  test('rejects forms of other sites until the handler allows them', async () => {
    const post = (): ReturnType<typeof ask> =>
      ask(dev, '/form', {
        method: 'POST',
        body: 'a=1',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          origin: 'https://evil.example',
        },
      });
    const handler = `export const route = 'POST /form';\n${returns('taken')}`;
    await start({ 'src/handlers/form.ts': handler });
    expect(await post()).toMatchObject({ status: 403, body: { code: 'foreign_origin' } });
    await app.write('src/handlers/form.ts', `${handler}export const allowCrossSite = true;\n`);
    await eventually(async () =>
      expect(await post()).toMatchObject({ status: 200, body: 'taken' }),
    );
    await app.write('src/handlers/form.ts', handler);
    await eventually(async () => expect((await post()).status).toBe(403));
  });

  test('routes appear, move and disappear with their files', async () => {
    await start({ 'src/handlers/a.ts': returns('a') });
    expect(await ask(dev, '/b')).toMatchObject({ status: 404, body: { code: 'not_found' } });
    await app.write('src/handlers/b.ts', returns('b'));
    await eventually(async () =>
      expect(await ask(dev, '/b')).toMatchObject({ status: 200, body: 'b' }),
    );
    await app.rename('src/handlers/b.ts', 'src/handlers/deep/c.ts');
    await eventually(async () =>
      expect(await ask(dev, '/deep/c')).toMatchObject({ status: 200, body: 'b' }),
    );
    await eventually(async () => expect((await ask(dev, '/b')).status).toBe(404));
    await app.write('src/handlers/deep/c.ts', `export const route = 'GET /d';\n${returns('d')}`);
    await eventually(async () =>
      expect(await ask(dev, '/d')).toMatchObject({ status: 200, body: 'd' }),
    );
    expect((await ask(dev, '/deep/c')).status).toBe(404);
    await app.remove('src/handlers/deep/c.ts');
    await eventually(async () => expect((await ask(dev, '/d')).status).toBe(404));
    expect(await ask(dev, '/a')).toMatchObject({ status: 200, body: 'a' });
  });

  test('an edit of a shared helper reloads the handlers that import it, and no others', async () => {
    const user = (name: string): string => `
import { text } from '../shared.ts';
globalThis.runs ??= {};
globalThis.runs.${name} = (globalThis.runs.${name} ?? 0) + 1;
export const handler = () => ({ text, runs: globalThis.runs.${name} });
`;
    await start({
      'src/shared.ts': "export * from './inner.ts';",
      'src/inner.ts': "export const text = 'one';",
      'src/handlers/a.ts': user('a'),
      'src/handlers/b.ts': user('b'),
      'src/handlers/c.ts':
        'globalThis.c = (globalThis.c ?? 0) + 1; export const handler = () => globalThis.c;',
    });
    expect((await ask(dev, '/a')).body).toEqual({ text: 'one', runs: 1 });
    expect((await ask(dev, '/b')).body).toEqual({ text: 'one', runs: 1 });
    const before = (await ask(dev, '/c')).body as number;
    await app.write('src/inner.ts', "export const text = 'two';");
    await eventually(async () =>
      expect((await ask(dev, '/a')).body).toEqual({ text: 'two', runs: 2 }),
    );
    expect((await ask(dev, '/b')).body).toEqual({ text: 'two', runs: 2 });
    expect((await ask(dev, '/c')).body).toBe(before);
  });

  test('runs import.meta.hot.dispose of a replaced module', async () => {
    const handler = (n: number): string => `
globalThis.disposed ??= [];
import.meta.hot.dispose(() => globalThis.disposed.push(${n}));
export const handler = () => [${n}, globalThis.disposed];
`;
    await start({ 'src/handlers/a.ts': handler(1) });
    expect((await ask(dev, '/a')).body).toEqual([1, []]);
    await app.write('src/handlers/a.ts', handler(2));
    await eventually(async () => expect((await ask(dev, '/a')).body).toEqual([2, [1]]));
  });

  test('an edit of middleware reloads its routes', async () => {
    const middleware = (mark: string): string =>
      `export const middleware = async (req, res, gctx, lctx, next) => { lctx.state.set('m', (lctx.state.get('m') ?? '') + '${mark}'); return next(); };`;
    await start({
      'src/handlers/_middleware.ts': middleware('1'),
      'src/handlers/deep/a.ts':
        "export const handler = (req, res, gctx, lctx) => lctx.state.get('m') ?? 'none';",
    });
    expect((await ask(dev, '/deep/a')).body).toBe('1');
    await app.write('src/handlers/_middleware.ts', middleware('2'));
    await eventually(async () => expect((await ask(dev, '/deep/a')).body).toBe('2'));
    await app.write('src/handlers/deep/_middleware.ts', middleware('3'));
    await eventually(async () => expect((await ask(dev, '/deep/a')).body).toBe('23'));
    await app.remove('src/handlers/_middleware.ts');
    await eventually(async () => expect((await ask(dev, '/deep/a')).body).toBe('3'));
  });

  test('a guard that is created, edited or removed guards its routes at once', async () => {
    const guard = (status: number): string =>
      `import { HttpError } from '@gati/runtime-h3';
export const guard = (req) => {
  if (req.headers.authorization === undefined) throw new HttpError(${status}, 'no');
  return { user: req.headers.authorization };
};`;
    await start({
      'src/handlers/deep/a.ts':
        "export const handler = (req, res, gctx, lctx) => lctx.user ?? 'none';",
    });
    const get = (authorization?: string): ReturnType<typeof ask> =>
      ask(dev, '/deep/a', authorization === undefined ? {} : { headers: { authorization } });
    expect((await get()).body).toBe('none');
    await app.write('src/handlers/_guard.ts', guard(401));
    await eventually(async () => expect((await get()).status).toBe(401));
    expect((await get('ada')).body).toBe('ada');
    await app.write('src/handlers/_guard.ts', guard(403));
    await eventually(async () => expect((await get()).status).toBe(403));
    // A guard that can't be loaded lets nothing pass.
    await app.write('src/handlers/_guard.ts', 'export const gaurd = () => {};');
    await eventually(async () => expect((await get('ada')).status).toBe(500));
    await app.remove('src/handlers/_guard.ts');
    await eventually(async () => expect((await get()).body).toBe('none'));
  });

  test('a request waits for the contract of its own route only', async () => {
    await start({
      'src/handlers/slow.ts': `// contract: {"delay":1500}\n${returns('slow')}`,
      'src/handlers/quick.ts': returns('quick'),
    });
    const order: string[] = [];
    const slow = ask(dev, '/slow').then(({ body }) => order.push(String(body)));
    const quick = ask(dev, '/quick').then(({ body }) => order.push(String(body)));
    await Promise.all([slow, quick]);
    expect(order).toEqual(['quick', 'slow']);
  });
});

describe('beside Vite', () => {
  test('leaves unknown paths to Vite, and pages to the client', async () => {
    await start({
      'index.html':
        '<!doctype html><title>page</title><script type="module" src="/src/main.ts"></script>',
      'src/main.ts': 'console.log(1 as number)',
      'src/handlers/users.ts': returns(['u']),
      'public/robots.txt': 'robots',
    });
    expect((await ask(dev, '/users')).body).toEqual(['u']);
    expect(
      (await ask(dev, '/users', { headers: { 'sec-fetch-dest': 'empty', accept: 'text/html' } }))
        .body,
    ).toEqual(['u']);
    const pages: Record<string, string>[] = [
      { 'sec-fetch-dest': 'document' },
      { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' },
    ];
    for (const headers of pages) {
      expect((await ask(dev, '/users', { headers })).body).toContain('<title>page</title>');
      expect((await ask(dev, '/no/such/page', { headers })).body).toContain('<title>page</title>');
    }
    expect((await ask(dev, '/')).body).toContain('<title>page</title>');
    expect((await ask(dev, '/src/main.ts')).body).toContain('console.log(1)');
    expect((await ask(dev, '/robots.txt')).body).toBe('robots');
    expect(await ask(dev, '/no/such', { headers: { accept: 'application/json' } })).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
    expect(await ask(dev, '/no/such', { json: {} })).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
    expect(await ask(dev, '/users', { json: {} })).toMatchObject({ status: 405 });
  });

  test('a route responds to a browser if the app has no page', async () => {
    await start({ 'src/handlers/index.ts': returns('root') });
    expect((await ask(dev, '/', { headers: { 'sec-fetch-dest': 'document' } })).body).toBe('root');
  });

  test('gives a browser the routes below the base, and the page elsewhere, as the built server does', async () => {
    await start(
      { 'index.html': '<!doctype html><title>page</title>', 'src/handlers/users.ts': returns('u') },
      { options: { base: '/api' } },
    );
    const document = { headers: { 'sec-fetch-dest': 'document' } };
    expect((await ask(dev, '/api/users', document)).body).toBe('u');
    expect(await ask(dev, '/api/no', document)).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
    for (const path of ['/users', '/apiary'])
      expect((await ask(dev, path, document)).body).toContain('<title>page</title>');
  });

  test('applies the base, responds to OPTIONS, and sends CORS headers', async () => {
    await start(
      { 'src/handlers/users.ts': returns('u') },
      { options: { base: '/api', cors: { origins: ['https://app.example.com'] } } },
    );
    expect((await ask(dev, '/api/users')).body).toBe('u');
    expect((await ask(dev, '/users')).status).toBe(404);
    expect((await ask(dev, '/api/users', { method: 'OPTIONS' })).headers.get('allow')).toContain(
      'GET',
    );
    for (const origin of ['https://app.example.com', 'http://localhost:4000']) {
      const preflight = await ask(dev, '/api/users', {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'GET' },
      });
      expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
      expect(
        (await ask(dev, '/api/users', { headers: { origin } })).headers.get(
          'access-control-allow-origin',
        ),
      ).toBe(origin);
    }
    const foreign = await ask(dev, '/api/users', { headers: { origin: 'https://evil.example' } });
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('an edit switches open sockets to the new hooks, except the socket of Vite', async () => {
    const socket = (n: number): string => `
export const route = 'WS /chat/:room';
export const socket = { message(peer, message) { peer.send('${n}:' + peer.params.room + ':' + JSON.stringify(message)); } };
`;
    await start({ 'src/handlers/chat.ts': socket(1) });
    const peer = await open(`${dev.url.replace('http', 'ws')}/chat/blue`);
    expect(await peer.ask('"hi"')).toBe(JSON.stringify('1:blue:"hi"'));
    await app.write('src/handlers/chat.ts', socket(2));
    await eventually(async () =>
      expect(await peer.ask('"again"')).toBe(JSON.stringify('2:blue:"again"')),
    );
    peer.close();
    const response = await fetch(`${dev.url}/chat/blue`);
    expect(response.status).toBe(426);
    const hmr = await new Promise<number | undefined>((resolve, reject) => {
      const request = http.request(dev.url, {
        headers: {
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-protocol': 'vite-ping',
          'sec-websocket-version': '13',
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        },
      });
      request.on('upgrade', (answer, socket) => {
        socket.destroy();
        resolve(answer.statusCode);
      });
      request.on('response', (answer) => resolve(answer.statusCode));
      request.on('error', reject);
      request.end();
    });
    expect(hmr).toBe(101);
  });

  test('serves the app after a restart of the Vite server', async () => {
    await start({ 'src/handlers/a.ts': returns('one') });
    expect((await ask(dev, '/a')).body).toBe('one');
    await dev.server.restart();
    expect((await ask(dev, '/a')).body).toBe('one');
    await app.write('src/handlers/a.ts', returns('two'));
    await eventually(async () => expect((await ask(dev, '/a')).body).toBe('two'));
  });
});

interface Peer {
  ask(text: string): Promise<string>;
  close(): void;
}

async function open(url: string): Promise<Peer> {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', () => reject(new Error('no socket')));
  });
  return {
    ask(text) {
      const answer = new Promise<string>((resolve) =>
        socket.addEventListener('message', ({ data }) => resolve(String(data)), { once: true }),
      );
      socket.send(text);
      return answer;
    },
    close: () => socket.close(),
  };
}
