import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { beforeAll, expect, test, vi } from 'vitest';
import { createLazyDatabase } from '../../src/data/database.ts';
import { dataFolder } from '../../src/data/data-folder.ts';
import { createLazyStorage } from '../../src/data/storage.ts';
import { createMutex } from '../../src/data/mutex.ts';
import type { Transaction } from '../../src/types/data.ts';

let folder = '';
beforeAll(async () => {
  folder = temporaryFolder('data');
});

test.each(['memory', 'file'])(
  'SQLite in %s runs tagged, prepared and plain statements',
  async (kind) => {
    const db = createLazyDatabase(undefined, kind === 'memory' ? undefined : join(folder, 'sql'));
    expect(db.dialect).toBe('sqlite');
    await db.exec('CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)');
    const evil = "Robert'); DROP TABLE users;--";
    await db.sql`INSERT INTO users (name) VALUES (${evil})`;
    expect(await db.prepare('INSERT INTO users (name) VALUES (?)').run('Ann')).toEqual({
      success: true,
      changes: 1,
      lastInsertRowid: 2,
    });
    expect((await db.sql<{ name: string }>`SELECT name FROM users ORDER BY id`).rows).toEqual([
      { name: evil },
      { name: 'Ann' },
    ]);
    expect(
      (await db.sql`SELECT ${'a'} || {${'b'}} AS x`.catch((error: Error) => error)) instanceof
        Error,
    ).toBe(true);
    expect((await db.sql`WITH one AS (SELECT ${1} AS n) SELECT n FROM one`).rows).toEqual([
      { n: 1 },
    ]);
    expect(
      (await db.sql`UPDATE users SET name = ${'Anna'} WHERE name = ${'Ann'} RETURNING id`).rows,
    ).toEqual([{ id: 2 }]);
    expect(await db.sql`UPDATE users SET name = ${'Ann'} WHERE id = ${2}`).toMatchObject({
      rows: [],
      changes: 1,
    });
    const byName = db.prepare('SELECT id FROM users WHERE name = ?');
    expect(await byName.get('Ann')).toEqual({ id: 2 });
    expect(await byName.bind('Ann').all()).toEqual([{ id: 2 }]);
    expect(await byName.get('Nobody')).toBeUndefined();
    await db.dispose();
  },
);

test('two connections to one SQLite file can write at the same time', async () => {
  const [one, two] = [
    createLazyDatabase(undefined, join(folder, 'shared')),
    createLazyDatabase(undefined, join(folder, 'shared')),
  ];
  await one.exec('CREATE TABLE hits (n INTEGER)');
  await Promise.all(
    [one, two].flatMap((db) =>
      Array.from({ length: 20 }, (_, n) => db.sql`INSERT INTO hits VALUES (${n})`),
    ),
  );
  expect(await one.prepare('SELECT count(*) AS n FROM hits').get()).toEqual({ n: 40 });
  await Promise.all([one.dispose(), two.dispose()]);
});

test.each(['memory', 'file'])('a transaction in %s is atomic', async (kind) => {
  const db = createLazyDatabase(
    undefined,
    kind === 'memory' ? undefined : join(folder, 'transactions'),
  );
  await db.exec(
    'CREATE TABLE accounts (name TEXT PRIMARY KEY, balance INTEGER NOT NULL CHECK (balance >= 0))',
  );
  await db.exec("INSERT INTO accounts VALUES ('ann', 100), ('bob', 0)");
  const move = (amount: number) =>
    db.transaction(async (tx) => {
      await tx.sql`UPDATE accounts SET balance = balance + ${amount} WHERE name = ${'bob'}`;
      await new Promise((resolve) => setTimeout(resolve, 5));
      await tx
        .prepare('UPDATE accounts SET balance = balance - ? WHERE name = ?')
        .run(amount, 'ann');
      return amount;
    });
  const sum = () => db.prepare('SELECT sum(balance) AS sum FROM accounts').get();
  // Other statements do not see the open transaction and do not become part of it.
  const moves = Promise.allSettled([move(60), move(60), move(40)]);
  expect(await sum()).toEqual({ sum: 100 });
  expect((await moves).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await db.prepare('SELECT balance FROM accounts ORDER BY name').all()).toEqual([
    { balance: 0 },
    { balance: 100 },
  ]);

  let kept: Transaction | undefined;
  await db.transaction(async (tx) => void (kept = tx));
  await expect(kept!.exec('SELECT 1')).rejects.toMatchObject({
    code: 'GATI_DATABASE',
    message: expect.stringContaining('used after its end'),
  });
  await db.dispose();
});

test('a committed transaction succeeds, even if work after the commit throws', async () => {
  const reported: string[] = [];
  const db = createLazyDatabase('sqlite::memory:', undefined, (message, error) =>
    reported.push(`${message}: ${error.message}`),
  );
  await db.exec('CREATE TABLE orders (id INTEGER)');
  const ran: number[] = [];
  const value = await db.transaction(async (tx) => {
    await tx.sql`INSERT INTO orders VALUES (1)`;
    const { afterCommit } = tx as unknown as { afterCommit(work: () => void): void };
    afterCommit(() => {
      throw new Error('no memory');
    });
    afterCommit(() => void ran.push(1));
    return 'kept';
  });
  expect(value).toBe('kept');
  expect(ran).toEqual([1]);
  expect(reported).toEqual(['work after a committed transaction has failed: no memory']);
  expect(await db.prepare('SELECT id FROM orders').all()).toEqual([{ id: 1 }]);
  await db.dispose();
});

test('transaction() throws the error of its work, even if the work ended the transaction itself', async () => {
  const db = createLazyDatabase('sqlite::memory:', undefined);
  const work = db.transaction(async (tx) => {
    await tx.exec('COMMIT');
    throw new Error('after');
  });
  await expect(work).rejects.toThrow('after');
  expect(await db.transaction((tx) => tx.prepare('SELECT ? AS value').get(true))).toEqual({
    value: 1,
  });
  await db.dispose();
});

test('a statement that waits for its own transaction fails with GATI_DATABASE', async () => {
  vi.useFakeTimers();
  try {
    const turns = createMutex();
    const stuck = turns.runExclusive(() => turns.runExclusive(async () => {}));
    const told = expect(stuck).rejects.toMatchObject({
      code: 'GATI_DATABASE',
      message: expect.stringContaining('more than 5 s'),
    });
    await vi.advanceTimersByTimeAsync(5000);
    await told;
    expect(turns.locked).toBe(false);
  } finally {
    vi.useRealTimers();
  }
});

test('the database is not opened before its first use', async () => {
  const quiet = join(folder, 'quiet');
  const [db, storage] = [createLazyDatabase(undefined, quiet), createLazyStorage(quiet)];
  await Promise.all([db.dispose(), storage.dispose()]);
  expect(existsSync(quiet)).toBe(false);
});

/** Returns what `work` throws. */
function catchError(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('Nothing was thrown.');
}

test('the errors for an unknown scheme and an invalid file do not contain the address', async () => {
  for (const [url, part] of [
    ['oracle://user:secret@host', 'oracle:'],
    ['user:secret@host/db', 'user:'],
    ['/var/secret.db', 'no scheme'],
    ['sqlite:', 'names no file'],
    ['postgres://user:secret@host:port/db', 'not a URL'],
  ] as const) {
    const error = catchError(() => createLazyDatabase(url, undefined));
    expect(error).toMatchObject({
      code: 'GATI_DATABASE',
      message: expect.stringContaining(part),
    });
    expect(error.message).not.toContain('secret');
  }
  await writeFile(join(folder, 'a-file'), '');
  await expect(
    createLazyDatabase(`sqlite:${join(folder, 'a-file', 'data.db')}`, undefined).exec('SELECT 1'),
  ).rejects.toMatchObject({
    code: 'GATI_DATABASE',
  });
});

test.each(['memory', 'files'])('storage in %s stores values and bytes', async (kind) => {
  const base = kind === 'memory' ? undefined : join(folder, 'kv');
  const storage = createLazyStorage(base);
  await storage.setItem('users:7', { name: 'Ann', tags: ['a', 'b'] });
  await storage.setItemRaw('blob', new Uint8Array([0, 255, 10]));
  expect(await storage.getItem('users:7')).toEqual({ name: 'Ann', tags: ['a', 'b'] });
  expect(new Uint8Array((await storage.getItemRaw('blob'))!)).toEqual(new Uint8Array([0, 255, 10]));
  expect(await storage.getItem('users:8')).toBeNull();
  expect(await storage.hasItem('users:7')).toBe(true);
  expect((await storage.getKeys()).sort()).toEqual(['blob', 'users:7']);
  await storage.dispose();
  if (base) {
    const again = createLazyStorage(base);
    expect(await again.getItem('users:7')).toMatchObject({ name: 'Ann' });
    await again.removeItem('users:7');
    expect(await again.hasItem('users:7')).toBe(false);
    expect(existsSync(join(folder, 'outside'))).toBe(false);
    await again.setItem('../outside', 'x').catch(() => {});
    expect(existsSync(join(folder, 'outside'))).toBe(false);
  }
});

test('the data folder is the volume if there is one', () => {
  expect(dataFolder('test')).toBeUndefined();
  expect(dataFolder('production', folder)).toBe(folder);
  expect(dataFolder('production', join(folder, 'none'))).toBe(join(process.cwd(), '.gati'));
  expect(dataFolder('development', folder)).toBe(join(process.cwd(), '.gati'));
});
