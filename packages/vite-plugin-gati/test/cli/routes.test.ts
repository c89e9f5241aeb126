import path from 'node:path';
import { type ProcessResult, runProcess, stopProcesses } from '@gati/test-kit/processes';
import { root as repository } from '@gati/test-kit/repository';
import { afterEach, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../helpers/app.ts';

// The published command: `npm test` builds it first.
const BIN = path.join(repository, 'packages/vite-plugin-gati/dist/cli.mjs');

let app: TestApp;
const gati = (...args: string[]): Promise<ProcessResult> =>
  runProcess(process.execPath, [BIN, ...args], { cwd: app.root });
afterEach(async () => {
  await stopProcesses();
  await app.dispose();
});

const handler = (route: string): string =>
  `export const route = '${route}';\nexport const handler = () => 'x';\n`;
const FILES = {
  'src/handlers/orders/create.ts': handler('POST /orders'),
  'src/handlers/orders/list.ts': handler('GET /orders'),
  'src/handlers/chat.ts': "export const route = 'WS /chat/:room';\nexport const socket = {};\n",
  'src/effects/mail.ts': 'export const run = () => {};\n',
  'vite.config.ts':
    "import gati from 'vite-plugin-gati';\nexport default { plugins: [gati({ base: '/api' })] };\n",
};

test('gati routes prints routes and effects as tables, and generates nothing', async () => {
  app = await createTestApp(FILES);
  const { code, stdout, stderr } = await gati('routes');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toBe(`METHOD  PATH             CLIENT         FILE
WS      /api/chat/:room  chat           src/handlers/chat.ts
GET     /api/orders      orders.list    src/handlers/orders/list.ts
POST    /api/orders      orders.create  src/handlers/orders/create.ts

EFFECT  FILE
mail    src/effects/mail.ts
`);
  await expect(app.read('.gati/generated/client.ts')).rejects.toThrow('ENOENT');
});

test('gati routes shows the folders of guards, and the credentials that requests need', async () => {
  app = await createTestApp({
    'src/handlers/_guard.ts':
      "export const guard = () => {};\nexport const security = [{ bearer: {} }, { cookie: { name: 'sid' } }];\n",
    'src/handlers/admin/_guard.ts': 'export const guard = () => {};\n',
    'src/handlers/admin/stats.ts': handler('GET /admin/stats'),
    'src/handlers/health.ts': `${handler('GET /health')}export const security = false;\n`,
  });
  expect((await gati('routes')).stdout)
    .toBe(`METHOD  PATH          CLIENT       GUARDS    CREDENTIALS           FILE
GET     /health       health                 public                src/handlers/health.ts
GET     /admin/stats  admin.stats  / /admin  bearer or cookie sid  src/handlers/admin/stats.ts
`);
});

test('gati routes --json prints one document', async () => {
  app = await createTestApp(FILES);
  const { stdout } = await gati('routes', '--json');
  const { routes, effects, errors } = JSON.parse(stdout);
  expect({ first: routes[0], count: routes.length, effects, errors }).toEqual({
    first: {
      id: 'WS /chat/:room',
      method: 'WS',
      path: '/api/chat/:room',
      domain: 'root',
      name: 'chat',
      file: 'src/handlers/chat.ts',
    },
    count: 3,
    effects: [{ name: 'mail', file: 'src/effects/mail.ts' }],
    errors: [],
  });
});

test('gati routes reports a file with an error, lists the others, and exits 1', async () => {
  app = await createTestApp({
    'src/handlers/a.ts': handler('GET /a'),
    'src/handlers/b.ts': 'export const handler = (',
  });
  const { code, stdout, stderr } = await gati('routes');
  expect(code).toBe(1);
  expect(stderr).toContain('src/handlers/b.ts:1:');
  expect(stderr).toContain('GATI_SYNTAX');
  expect(stdout).toContain('GET     /a');
});

test('gati routes exits 1 in a folder without an app', async () => {
  app = await createTestApp({});
  const { code, stdout, stderr } = await gati('routes');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('GATI_NO_HANDLERS');
});
