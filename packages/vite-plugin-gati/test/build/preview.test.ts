import { once } from 'node:events';
import path from 'node:path';
import { request } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { preview, type PreviewServer } from 'vite';
import gati from '../../src/index.ts';
import { startProcess, stopProcesses } from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
import { call } from '@gati/test-kit/servers';
import { until } from '@gati/test-kit/wait';
import { build, makeApp } from '../helpers/build.ts';

afterEach(stopProcesses);

const FILES = {
  'index.html': '<!doctype html><title>App</title>',
  'src/handlers/echo.ts': `
export const route = 'POST /echo';
export type Body = { text: string };
export const handler: Handler<typeof route> = (req) => ({ text: req.body.text });
`,
  'src/handlers/chat.ts': `
export const route = 'WS /chat';
export const socket = { open() {} };
`,
};

const start = (root: string): Promise<PreviewServer> =>
  preview({
    root,
    configFile: false,
    logLevel: 'silent',
    plugins: [gati()],
    preview: { port: 0, host: '127.0.0.1' },
  });

test('vite preview serves page, API and sockets from the built server', async () => {
  const app = makeApp(FILES);
  await build(app);
  const server = await start(app);
  const url = server.resolvedUrls!.local[0]!.replace(/\/$/, '');
  expect(await call(`${url}/`, { headers: { accept: 'text/html' } })).toMatchObject({
    status: 200,
    body: expect.stringContaining('<title>App</title>'),
  });
  const echo = await call(`${url}/echo`, { method: 'POST', body: { text: 'hi' } });
  expect(echo).toMatchObject({ status: 200, body: { text: 'hi' } });
  expect(echo.headers.get('x-gati-release')).toMatch(/^rel_/);
  const upgrade = request(`${url}/chat`, {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    },
  });
  upgrade.end();
  const [answer, socket] = (await once(upgrade, 'upgrade')) as [
    { statusCode: number },
    { destroy(): void },
  ];
  expect(answer.statusCode).toBe(101);
  socket.destroy();
  await server.close();
});

test.each(['SIGINT', 'SIGKILL'] as const)(
  'the built server ends when vite preview ends by %s',
  async (signal) => {
    const app = makeApp({
      ...FILES,
      'src/handlers/pids.ts':
        "export const route = 'GET /pids';\nexport const handler: Handler<typeof route> = () => [process.pid, process.ppid];\n",
      'vite.config.mjs':
        "import gati from 'vite-plugin-gati';\nexport default { plugins: [gati()] };\n",
    });
    await build(app);
    const vite = path.join(root, 'node_modules/vite/bin/vite.js');
    const server = startProcess(
      process.execPath,
      [vite, 'preview', '--port', '0', '--host', '127.0.0.1'],
      { cwd: app },
    );
    const [, url] = await server.waitForOutput(/Local:\s+(http:\/\/[^\s/]+)/);
    const { body: pids } = (await call(`${url!}/pids`)) as { body: number[] };
    expect(pids.every(isAlive)).toBe(true);
    server.child.kill(signal);
    await until('server and worker end', async () => !pids.some(isAlive));
    await server.stop();
  },
);

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('vite preview fails with GATI_PREVIEW if there is no build', async () => {
  await expect(start(makeApp(FILES))).rejects.toMatchObject({ code: 'GATI_PREVIEW' });
});
