import { eventually } from '@gati/test-kit/wait';
import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import type { GatiOptions } from '../../src/index.ts';
import { createTestApp, type TestApp } from '../helpers/app.ts';
import { ask, type Answer, type DevApp, startDev } from '../helpers/dev.ts';

let app: TestApp;
let dev: DevApp;
afterEach(async () => {
  await dev.close();
  await app.dispose();
});

async function start(
  files: Record<string, string>,
  options: GatiOptions = {},
  config: Parameters<typeof startDev>[1] = {},
): Promise<void> {
  app = await createTestApp({ 'package.json': '{"name":"shop","version":"1.2.0"}', ...files });
  dev = await startDev(app.root, { options, parts: {}, ...config });
}

const handler = (route: string, comment = ''): string =>
  `${comment}export const route = '${route}';\nexport const handler: Handler<typeof route> = () => 'x';\n`;
const APP = {
  'src/handlers/orders/list.ts': `export const route = 'GET /orders';\n/** Lists <b>orders</b> & more. */\nexport const handler: Handler<typeof route> = () => 'x';\n`,
  'src/handlers/orders/get.ts': handler('GET /orders/:id'),
  'src/handlers/orders/create.ts': handler('POST /orders'),
  'src/handlers/chat.ts': "export const route = 'WS /chat';\nexport const socket = {};\n",
};
const browse = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(dev, path, {
    redirect: 'manual',
    headers: {
      accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
      'sec-fetch-dest': 'document',
      'sec-fetch-mode': 'navigate',
      ...headers,
    },
  });

describe('the page that lists the routes', () => {
  test('has method, path, summary and file of each route, links to those without parameters, and no markup of the app', async () => {
    await start(APP);
    const { status, headers } = await browse('/');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    // The types are not read yet when a page is requested right after the start.
    const page = await eventually(async () => {
      const { body } = await browse('/');
      expect(String(body)).toContain('Lists');
      return String(body);
    });
    expect(page).toContain('<title>shop</title>');
    expect(page).toContain('shop <small>1.2.0</small>');
    expect(page).toContain('Lists &#60;b&#62;orders&#60;/b&#62; &#38; more.');
    expect(page).not.toContain('<b>');
    expect(page.match(/<a href="[^"]*"/g)).toEqual(['<a href="/versions"', '<a href="/orders"']);
    expect([...page.matchAll(/class="method (\w+)"/g)].map(([, method]) => method)).toEqual([
      'WS',
      'GET',
      'POST',
      'GET',
    ]);
    expect(page).toContain('/orders/<i>:id</i>');
    expect(page).toContain('orders/create.ts');
  });

  test('shows the guards and the credentials of each route, as gati routes does', async () => {
    const guard = 'export const guard = () => ({});\n';
    await start({
      'src/handlers/_guard.ts': `${guard}export const security = { bearer: {} };\n`,
      'src/handlers/me.ts': handler('GET /me'),
      'src/handlers/admin/_guard.ts': guard,
      'src/handlers/admin/users.ts': handler('GET /admin/users'),
      'src/handlers/open.ts': `${handler('GET /open')}export const security = false;\n`,
    });
    const page = String((await browse('/')).body);
    const access = (path: string): string | undefined =>
      page
        .split('<li>')
        .find((item) => item.includes(`href="${path}"`))
        ?.match(/class="access">(.*?)<\/span>\s*<\/li>/s)?.[1]
        ?.replace(/<.*?>/g, '|')
        .replace(/\|+/g, '|');
    expect({
      me: access('/me'),
      users: access('/admin/users'),
      open: access('/open'),
    }).toEqual({
      me: '|bearer|guards |/|',
      users: '|bearer|guards |/ /admin|',
      open: '|public|',
    });
  });

  test('works under its own content security policy, without anything from elsewhere', async () => {
    await start(APP);
    const { headers, body } = await browse('/');
    const style = /<style>([\s\S]*?)<\/style>/.exec(String(body))![1]!;
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers.get('content-security-policy')).toContain(
      `default-src 'none'; style-src 'sha256-${hash}'`,
    );
    expect(String(body)).not.toMatch(/<script|<link|<img|url\(|style="|https?:/);
  });

  test('responds to HEAD without a body, and to programs with a problem', async () => {
    await start(APP);
    const head = await fetch(`${dev.url}/`, { method: 'HEAD', headers: { accept: 'text/html' } });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const programs: Record<string, string>[] = [
      { accept: 'application/json' },
      { accept: '*/*' },
      { accept: 'text/html', 'sec-fetch-dest': 'empty' },
      { accept: '*/*', 'sec-fetch-dest': 'document' },
    ];
    for (const headers of programs)
      expect(await ask(dev, '/', { headers })).toMatchObject({
        status: 404,
        body: { code: 'not_found' },
      });
    expect(await ask(dev, '/', { json: {} })).toMatchObject({ status: 404 });
  });

  test('serves the list of routes at the base and at the root, also with a base of Vite', async () => {
    await start(APP, { base: '/api' }, { config: { base: '/app/' } });
    for (const path of ['/api', '/api/', '/api?x=1', '/app/']) {
      const { status, body } = await browse(path);
      expect([path, status]).toEqual([path, 200]);
      expect(String(body)).toContain('href="/api/orders"');
    }
    expect(await browse('/api/ordrs')).toMatchObject({ status: 404 });
    expect(await ask(dev, '/api/ordrs')).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
    expect(String((await browse('/api/orders')).body)).toBe('x');
  });

  test('leaves the base to a route, and all pages to an app that has any', async () => {
    await start({ ...APP, 'src/handlers/home.ts': handler('GET /') });
    expect((await browse('/')).body).toBe('x');
    await app.write('index.html', '<!doctype html><title>own</title>');
    for (const path of ['/', '/orders', '/nope'])
      expect(String((await browse(path)).body)).toContain('<title>own</title>');
  });

  test('says how to write the first handler if there is none', async () => {
    await start({});
    expect(String((await browse('/')).body)).toContain('src/handlers/hello.ts');
  });
});

describe('the page of an unknown path', () => {
  const near = async (path: string): Promise<string[]> => {
    const { status, body } = await browse(path);
    expect(status).toBe(404);
    return [
      ...String(body).matchAll(
        /class="method \w+">(\w+)<\/span\s*>(?:<a [^>]*>)?<span class="path">(.*?)<\/span>/g,
      ),
    ].map(([, method, text]) => `${method} ${text!.replace(/<.*?>/g, '')}`);
  };

  test('lists the routes with a similar path, the closest first', async () => {
    await start({ ...APP, 'src/handlers/far.ts': handler('GET /settings/language') });
    expect(await near('/order')).toEqual(['GET /orders', 'POST /orders']);
    expect(await near('/Orders')).toEqual(['GET /orders', 'POST /orders', 'GET /orders/:id']);
    expect(await near('/order/7')).toEqual(['GET /orders/:id', 'GET /orders', 'POST /orders']);
    expect(await near('/settings')).toEqual(['GET /settings/language']);
    expect(await near('/something/else')).toEqual([]);
  });

  test('knows a path that lacks the base', async () => {
    await start(APP, { base: '/api' });
    expect(await near('/orders')).toEqual([
      'GET /api/orders',
      'POST /api/orders',
      'GET /api/orders/:id',
    ]);
  });

  test('escapes the path', async () => {
    await start(APP);
    const { status, body } = await browse('/<script>alert(1)</script>?<b>');
    expect(status).toBe(404);
    expect(String(body)).not.toMatch(/<script|<b>/);
  });

  test('sends a problem in JSON to programs that request an unknown path', async () => {
    await start(APP);
    expect(await ask(dev, '/order')).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });
});
