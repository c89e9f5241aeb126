import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { testApp } from '../src/testing/index.ts';
import type { ReleaseBundle } from '../src/types/bundle.ts';
import { bundle } from './helpers/bundle.ts';
import { release } from './server/helpers/app/release.ts';

test('testApp() calls routes without a port and runs effects until idle() resolves', async () => {
  const app = await testApp({ release, env: { GREETING: 'hello from the test' } });
  const response = await app.call('POST /echo', {
    body: { when: new Date(0), big: 7n, list: [1, 2] },
  });
  expect(response).toMatchObject({
    status: 200,
    body: { got: { when: '1970-01-01T00:00:00.000Z', big: '7', list: [1, 2] } },
  });
  expect(response.headers.get('content-type')).toContain('application/json');
  expect((await app.call('GET /config')).body).toEqual({ greeting: 'hello from the test' });
  expect((await app.call('GET /slow', { query: { ms: 1 } })).status).toBe(200);
  expect((await app.call('GET /nowhere')).status).toBe(404);

  for (let n = 0; n < 3; n++) expect((await app.call('POST /jobs')).status).toBe(202);
  await app.idle();
  expect((await app.call('GET /jobs')).body).toEqual({ ran: 3 });
  expect((await app.gctx.db.sql`SELECT ${7} AS seven`).rows).toEqual([{ seven: 7 }]);
  await app.gctx.storage.setItem('seen', 7);
  expect(await app.gctx.storage.getItem('seen')).toBe(7);
  await app.close();
});

test('call() sends text, files and bytes as the generated client does', async () => {
  const text = { type: 'string' } as const;
  const picture = {
    type: 'object',
    properties: { name: text, picture: {} },
    required: ['name'],
  } as const;
  const ownRelease = bundle({
    'POST /text': {
      body: text,
      handler: (req) => [req.body, req.headers['x-n'], req.headers['x-not'] ?? null],
    },
    'POST /file': {
      body: picture as never,
      contentTypes: ['multipart/form-data'],
      handler: async (req) => [
        req.body.name,
        (await (req.body.picture as File | undefined)?.text()) ?? null,
      ],
    },
    'POST /raw': {
      handler: (req) => [
        req.headers['content-type'] ?? null,
        req.body ?? null,
        new TextDecoder().decode(req.rawBody),
      ],
    },
  });
  for (const [index, contentTypes] of [['application/json'], ['multipart/form-data']].entries())
    ownRelease.contract.routes[index]!.body = { contentTypes, required: true, schema: {} };
  const app = await testApp({ release: ownRelease });
  const body = async (route: `POST /${string}`, call: object): Promise<unknown> =>
    (await app.call(route, call)).body;
  expect(
    await body('POST /text', { body: 'a', headers: { 'x-n': 7, 'x-not': undefined } }),
  ).toEqual(['a', '7', null]);
  expect(
    await body('POST /file', { body: { name: 'a', picture: new File(['bytes'], 'a.png') } }),
  ).toEqual(['a', 'bytes']);
  expect(await body('POST /file', { body: { name: 'a' } })).toEqual(['a', null]);
  expect(await body('POST /raw', { body: 'text' })).toEqual([
    'text/plain;charset=UTF-8',
    null,
    'text',
  ]);
  expect(await body('POST /raw', { body: new TextEncoder().encode('bytes') })).toEqual([
    null,
    null,
    'bytes',
  ]);
  expect(await body('POST /raw', { body: { a: 1 } })).toEqual([
    'application/json',
    { a: 1 },
    '{"a":1}',
  ]);
  await app.close();
});

test('call() throws and names a missing path parameter', async () => {
  const app = await testApp({ release });
  await expect(app.call('GET /users/:id')).rejects.toThrow('GET /users/:id needs params.id');
  await app.close();
});

test('testApp() throws GATI_CONFIG_INVALID when the environment does not match src/config.ts', async () => {
  await expect(testApp({ release, env: { GREETING: 'bad' } })).rejects.toMatchObject({
    code: 'GATI_CONFIG_INVALID',
  });
});

test('testApp() throws GATI_TEST_RELEASE without the plugin and without a release', async () => {
  await expect(testApp()).rejects.toMatchObject({ code: 'GATI_TEST_RELEASE' });
});

test('advance() runs each tick of the schedules once, in the order of their times', async () => {
  const ran: string[] = [];
  const scheduled = (name: string, schedule: string): ReleaseBundle['effects'][string] => ({
    load: () => ({
      schedule,
      run: (_: never, { idempotencyKey }) =>
        void ran.push(`${name} ${idempotencyKey?.slice(20, 25)}`),
    }),
  });
  const app = await testApp({
    release: {
      ...bundle({}),
      effects: {
        hourly: scheduled('hourly', '0 * * * *'),
        nightly: scheduled('nightly', '30 3 * * *'),
      },
    },
  });
  const start = (await app.advance(0)).getTime();
  const end = await app.advance(48 * 3_600_000);
  expect(end.getTime() - start).toBe(48 * 3_600_000);
  expect(ran.filter((line) => line.startsWith('hourly'))).toHaveLength(48);
  expect(ran.filter((line) => line.startsWith('nightly'))).toEqual([
    'nightly 03:30',
    'nightly 03:30',
  ]);
  // The first one may be the first of all ticks.
  expect(ran[ran.lastIndexOf('nightly 03:30') - 1]).toBe('hourly 03:00');
  await expect(app.advance(-1)).rejects.toThrow(RangeError);
  await expect(app.advance(20_000 * 3_600_000)).rejects.toThrow(RangeError);
  await app.close();
});

test('reset() empties the tables, the storage and the state, and keeps the tables', async () => {
  const app = await testApp({ release: bundle({}), env: { GATI_DATABASE: undefined } });
  const { db, storage, state } = app.gctx;
  await db.exec('CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT)');
  await db.exec('CREATE TABLE "odd ""name" (user INTEGER NOT NULL REFERENCES users (id))');
  const fill = async (): Promise<number | bigint | undefined> => {
    const { lastInsertRowid } = await db.prepare("INSERT INTO users (name) VALUES ('Ada')").run();
    await db.prepare('INSERT INTO "odd ""name" VALUES (?)').run(lastInsertRowid);
    return lastInsertRowid;
  };
  expect(await fill()).toBe(1);
  await storage.setItem('a:b', 7);
  state.set('count', 1);
  await app.reset();
  expect((await db.sql`SELECT * FROM users`).rows).toEqual([]);
  expect((await db.sql`SELECT * FROM "odd ""name"`).rows).toEqual([]);
  expect(await storage.getKeys()).toEqual([]);
  expect(state.size).toBe(0);
  expect(await fill()).toBe(1);
  await app.close();
});

test('a job that is enqueued in a transaction runs once that has committed, and never after a rollback', async () => {
  const ran: unknown[] = [];
  const ship = { load: () => ({ run: (payload: unknown) => void ran.push(payload) }) };
  const app = await testApp({ release: { ...bundle({}), effects: { ship } } as never });
  const { db, effects } = app.gctx;
  const order = (id: number): Promise<unknown> =>
    db.transaction(async (tx) => {
      await effects.enqueue('ship', { id }, { tx });
      if (id === 1) throw new Error('no');
    });
  await expect(order(1)).rejects.toThrow('no');
  await order(2);
  await app.idle();
  expect(ran).toEqual([{ id: 2 }]);
  await app.close();
});

test('testApp() applies the migrations of the database, and reset() keeps their tables', async () => {
  const migrations = [
    { name: '1.sql', sql: 'CREATE TABLE notes (text TEXT)' },
    { name: '2.sql', sql: "INSERT INTO notes VALUES ('first')" },
  ];
  const app = await testApp({ release: { ...bundle({}), databaseMigrations: () => migrations } });
  const { db } = app.gctx;
  expect(await db.prepare('SELECT * FROM notes').all()).toEqual([{ text: 'first' }]);
  await app.reset();
  expect(await db.prepare('SELECT * FROM notes').all()).toEqual([]);
  expect(await db.prepare('SELECT name FROM gati_migrations').all()).toHaveLength(2);
  await app.close();
});

test('reset() leaves a database that GATI_DATABASE names', async () => {
  const app = await testApp({
    release: bundle({}),
    env: { GATI_DATABASE: 'postgres://localhost/x' },
  });
  await expect(app.reset()).rejects.toMatchObject({ code: 'GATI_DATABASE' });
  await app.close();
});

describe('an app with a module in a process', () => {
  interface TestedModule {
    echo(): Promise<{ pid: number }>;
  }
  const withModule: ReleaseBundle = {
    ...bundle({
      'GET /pid': {
        handler: async (_req, _res, gctx) => {
          const { test: module } = gctx.modules as unknown as { test: TestedModule };
          return { pid: (await module.echo()).pid };
        },
      },
    }),
    foreign: {
      modules: {
        test: { name: 'test', source: 'exec:./helpers/module.mjs', methods: { echo: {} } },
      },
      load: () => import('../src/foreign/index.ts'),
      place: { root: path.join(import.meta.dirname, 'foreign'), programs: '' },
    },
  };

  test('testApp() starts it, and close() ends it', async () => {
    const app = await testApp({ release: withModule });
    const { pid } = (await app.call('GET /pid')).body as { pid: number };
    expect(process.kill(pid, 0)).toBe(true);
    await app.close();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  test('testApp({ modules }) replaces it, and starts no process', async () => {
    const module: TestedModule = { echo: async () => ({ pid: -1 }) };
    const broken: ReleaseBundle = {
      ...withModule,
      foreign: {
        ...withModule.foreign!,
        load: () => Promise.reject(new Error('the code of modules is not needed')),
        modules: {
          test: { name: 'test', source: 'exec:./helpers/none', methods: {} },
        },
      },
    };
    const app = await testApp({ release: broken, modules: { test: module } as object });
    expect((await app.call('GET /pid')).body).toEqual({ pid: -1 });
    await app.close();
  });
});
