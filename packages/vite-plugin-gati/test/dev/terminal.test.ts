import { eventually } from '@gati/test-kit/wait';
import http from 'node:http';
import { stripVTControlCharacters } from 'node:util';
import pc from 'picocolors';
import { afterEach, describe, expect, test } from 'vitest';
import { printRequest } from '../../src/dev/request-log.ts';
import type { GatiOptions } from '../../src/index.ts';
import { createTestApp, type TestApp } from '../helpers/app.ts';
import { ask, type DevApp, startDev } from '../helpers/dev.ts';

let app: TestApp | undefined;
let dev: DevApp | undefined;
afterEach(async () => {
  await dev?.close();
  await app?.dispose();
  app = dev = undefined;
});

async function start(files: Record<string, string>, options: GatiOptions = {}): Promise<DevApp> {
  app = await createTestApp({ 'package.json': '{"name":"shop","version":"1.2.0"}', ...files });
  return (dev = await startDev(app.root, { options }));
}

const handler = (route: string, body = "'x'"): string =>
  `export const route = '${route}';\nexport const handler = (req, res) => ${body};\n`;
const plain = (): string => stripVTControlCharacters(dev!.log.join('\n'));

describe('the start', () => {
  const printed = async (): Promise<string> => {
    dev!.server.printUrls();
    return eventually(() => {
      expect(plain()).toContain('shop 1.2.0');
      return plain();
    });
  };

  test('lists name, version, base, routes by domain and effects below the addresses', async () => {
    await start(
      {
        'src/handlers/users/me.ts': handler('GET /users/me'),
        'src/handlers/orders/create.ts': handler('POST /orders'),
        'src/handlers/orders/list.ts': handler('GET /orders'),
        'src/handlers/home.ts': handler('GET /'),
        'src/handlers/chat.ts': "export const route = 'WS /chat';\nexport const socket = {};\n",
        'src/effects/mail.ts': 'export const run = () => {};\n',
      },
      { base: '/api' },
    );
    expect(await printed()).toContain(`
  shop 1.2.0  5 routes, 1 effect, base /api

  root     GET   /api
           WS    /api/chat
  orders   GET   /api/orders
           POST  /api/orders
  users    GET   /api/users/me
  effects  mail
`);
    expect(plain().indexOf('Local')).toBeLessThan(plain().indexOf('shop 1.2.0'));
  });

  test('counts the routes of each domain if there are many', async () => {
    await start(
      Object.fromEntries(
        Array.from({ length: 20 }, (_, n) => [
          `src/handlers/${n < 19 ? 'orders' : 'users'}/n${n}.ts`,
          handler(`GET /n${n}`),
        ]),
      ),
    );
    expect(await printed()).toContain(
      '\n  shop 1.2.0  20 routes\n\n  orders  19 routes\n  users   1 route\n',
    );
  });

  test('says that there are no routes', async () => {
    await start({});
    expect(await printed()).toContain('\n  shop 1.2.0  0 routes\n');
  });
});

describe('the request log', () => {
  const FILES = {
    'src/handlers/a.ts': handler('GET /a', "'twelve bytes'"),
    'src/handlers/b.ts': handler('POST /b'),
    'src/handlers/bad.ts': handler('GET /bad', "{ throw new Error('bad luck'); }"),
    'src/handlers/slow.ts': handler(
      'GET /slow',
      '(globalThis.hasSlowBegun = true, new Promise(() => {}))',
    ),
    'src/main.ts': 'console.log(1)',
    'index.html': '<!doctype html><script type="module" src="/src/main.ts"></script>',
  };
  const lines = (): string[] =>
    plain()
      .split('\n')
      .filter((line) => /^(?:GET|POST|OPTIONS) /.test(line));

  test('logs one line for each request that the app responds to, and none for the files of Vite', async () => {
    await start(FILES);
    await ask(dev!, '/a?token=secret');
    await ask(dev!, '/b', { json: {} });
    await ask(dev!, '/bad');
    await ask(dev!, '/no/such');
    await ask(dev!, '/src/main.ts');
    await ask(dev!, '/favicon.ico');
    await ask(dev!, '/', { headers: { accept: 'text/html', 'sec-fetch-dest': 'document' } });
    await eventually(() => expect(lines()).toHaveLength(4));
    expect(lines()).toEqual([
      expect.stringMatching(/^GET {4}\/a 200 [\d.]+ m?s 14 B$/),
      expect.stringMatching(/^POST {3}\/b 200 [\d.]+ m?s 3 B$/),
      expect.stringMatching(/^GET {4}\/bad 500 [\d.]+ m?s [\d.]+ (?:KiB|B)$/),
      expect.stringMatching(/^GET {4}\/no\/such 404 [\d.]+ m?s \d+ B$/),
    ]);
    expect(plain()).not.toContain('secret');
  });

  test.each([
    ['/api', '/'],
    ['/api', '/app/'],
    ['/app/api', '/app/'],
  ])(
    'logs the path as it was requested, with the base %s and the base of Vite %s',
    async (base, own) => {
      app = await createTestApp({ 'src/handlers/a.ts': handler('GET /a') });
      dev = await startDev(app.root, { options: { base }, config: { base: own } });
      for (const method of ['GET', 'OPTIONS']) await ask(dev, `${base}/a`, { method });
      await ask(dev, `${base}/no`);
      await eventually(() => expect(lines()).toHaveLength(3));
      expect(lines().map((line) => line.split(/ +/).slice(0, 3).join(' '))).toEqual([
        `GET ${base}/a 200`,
        `OPTIONS ${base}/a 204`,
        `GET ${base}/no 404`,
      ]);
    },
  );

  test('a stack in a response has the frames of the app, and counts those of the framework', async () => {
    await start({
      ...FILES,
      'src/fail.ts': "export const fail = () => { throw new Error('bad luck'); };\n",
      'src/handlers/bad.ts': `import { fail } from '../fail.ts';\n${handler('GET /bad', '{ fail(); }')}`,
    });
    const { stack } = (await ask(dev!, '/bad')).body as { stack: string };
    expect(stack.split('\n').map((line) => line.trim().replace(app!.root, ''))).toEqual([
      'Error: bad luck',
      expect.stringMatching(/^at fail \(\/src\/fail\.ts:\d+:\d+\)$/),
      expect.stringMatching(/^at handler \(\/src\/handlers\/bad\.ts:\d+:\d+\)$/),
      expect.stringMatching(/^… \d+ frames? of the framework$/),
    ]);
  });

  test('says that a client did not wait', async () => {
    await start(FILES);
    const request = http.get(`${dev!.url}/slow`).on('error', () => {});
    await eventually(() => expect(globalThis).toHaveProperty('hasSlowBegun'));
    request.destroy();
    await eventually(() => expect(lines().join()).toMatch(/^GET {4}\/slow .* aborted$/));
  });

  test('the request log can be turned off', async () => {
    await start(FILES, { requestLog: false });
    await ask(dev!, '/a');
    await ask(dev!, '/no/such');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(lines()).toEqual([]);
  });

  test('escapes what a client could do to a terminal', () => {
    const request = { method: 'GET', status: 200, milliseconds: 1, bytes: 1, isComplete: true };
    const line = printRequest({ ...request, path: '/\u001b[2J\u0007' }, pc.createColors(false));
    expect(line).toBe('GET    /\\u001b[2J\\u0007 200 1.0 ms 1 B');
  });
});
