import { afterAll, describe, expect, test } from 'vitest';
import { startPostgres } from '../../../../test/servers/postgres.ts';
import { toNumberedParameters } from '../../src/data/connectors/postgresql.ts';
import { createLazyDatabase } from '../../src/data/database.ts';
import { open as openQueue } from '../../src/effects/drivers/postgres/driver.ts';
import { describeMigrations } from './migrations/describe-migrations.ts';

const server = await startPostgres({ settings: ['fsync=off'] });
if ('reason' in server) console.warn(`SKIPPED, PostgreSQL: ${server.reason}`);

test('question marks become numbered parameters, except in quotes and comments', () => {
  expect(toNumberedParameters(`SELECT ?, '?', "a?", $$ ? $$ -- ?\n, ? /* ? */`)).toBe(
    `SELECT $1, '?', "a?", $$ ? $$ -- ?\n, $2 /* ? */`,
  );
});

describe.skipIf('reason' in server)('PostgreSQL', () => {
  if ('reason' in server) return;
  const { url } = server;
  afterAll(() => server.stop());

  let databases = 0;
  describeMigrations('PostgreSQL', async () => {
    const db = createLazyDatabase(url, undefined);
    const name = `migrate_${++databases}`;
    await db.exec(`CREATE DATABASE ${name}`);
    await db.dispose();
    return url.replace(/\/postgres$/, `/${name}`);
  });

  test('runs the same SQL as SQLite', async () => {
    const db = createLazyDatabase(url, undefined);
    expect(db.dialect).toBe('postgresql');
    await db.exec('CREATE TABLE users (id SERIAL PRIMARY KEY, name TEXT)');
    const evil = "Robert'); DROP TABLE users;--";
    await db.sql`INSERT INTO users (name) VALUES (${evil})`;
    expect(
      (await db.sql<{ id: number }>`INSERT INTO users (name) VALUES (${'Ann'}) RETURNING id`).rows,
    ).toEqual([{ id: 2 }]);
    expect(await db.prepare('UPDATE users SET name = name WHERE name = ?').run('Nobody')).toEqual({
      success: true,
      changes: 0,
    });
    expect(await db.sql`UPDATE users SET name = name`).toEqual({
      rows: [],
      success: true,
      changes: 2,
    });
    expect((await db.sql`SELECT name FROM users ORDER BY id`).rows).toEqual([
      { name: evil },
      { name: 'Ann' },
    ]);
    expect(await db.prepare('SELECT id FROM users WHERE name = ?').bind('Ann').get()).toEqual({
      id: 2,
    });
    await db.dispose();
  });

  test('a transaction has its own connection, and a job enqueued in it exists once it commits', async () => {
    const db = createLazyDatabase(url, undefined);
    const driver = await openQueue(url, { onError: () => {} });
    await db.exec('CREATE TABLE orders (id INTEGER PRIMARY KEY)');
    const order = (id: number) =>
      db.transaction(async (tx) => {
        await tx.sql`INSERT INTO orders VALUES (${id})`;
        await driver.enqueue(
          [
            {
              id: `order-${id}`,
              effect: 'ship',
              payload: '{}',
              priority: 0,
              release: '1.0.0',
              runAt: Date.now(),
            },
          ],
          tx,
        );
        expect(await db.prepare('SELECT id FROM orders').all()).toEqual([]);
        expect(await driver.stats()).toMatchObject({ waiting: 0 });
        if (id === 1) throw new Error('no');
      });
    await expect(order(1)).rejects.toThrow('no');
    expect(await driver.stats()).toMatchObject({ waiting: 0 });
    await order(2);
    expect(await db.prepare('SELECT id FROM orders').all()).toEqual([{ id: 2 }]);
    expect(await driver.stats()).toMatchObject({ waiting: 1 });
    await Promise.all([db.dispose(), driver.close()]);
  });

  test('a connection that the server closes is replaced', async () => {
    const lost: Error[] = [];
    const db = createLazyDatabase(url, undefined, (_message, error) => void lost.push(error));
    await db.exec('SELECT 1');
    const other = createLazyDatabase(url, undefined);
    await other.exec(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename IS NOT NULL',
    );
    await expect.poll(() => lost.length).toBe(1);
    expect(await db.prepare('SELECT 1 AS one').get()).toEqual({ one: 1 });
    await Promise.all([db.dispose(), other.dispose()]);
  });
});
