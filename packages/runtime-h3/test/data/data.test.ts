import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLazyDatabase } from '../../src/data/database.ts';
import { toDataFolder } from '../../src/data/location.ts';
import { createLazyStorage } from '../../src/data/storage.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gati-data-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(['memory', 'file'])('SQL in %s', async (kind) => {
  const db = createLazyDatabase(undefined, kind === 'memory' ? undefined : join(folder, 'sql'));
  expect(db.dialect).toBe('sqlite');
  await db.exec('CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)');
  const evil = "Robert'); DROP TABLE users;--";
  await db.sql`INSERT INTO users (name) VALUES (${evil})`;
  await db.prepare('INSERT INTO users (name) VALUES (?)').run('Ann');
  expect((await db.sql<{ name: string }>`SELECT name FROM users ORDER BY id`).rows).toEqual([{ name: evil }, { name: 'Ann' }]);
  const byName = db.prepare('SELECT id FROM users WHERE name = ?');
  expect(await byName.get('Ann')).toEqual({ id: 2 });
  expect(await byName.bind('Ann').all()).toEqual([{ id: 2 }]);
  expect(await byName.get('Nobody')).toBeUndefined();
  await db.dispose();
});

test('two connections to one file write at the same time', async () => {
  const [one, two] = [createLazyDatabase(undefined, join(folder, 'shared')), createLazyDatabase(undefined, join(folder, 'shared'))];
  await one.exec('CREATE TABLE hits (n INTEGER)');
  await Promise.all([one, two].flatMap((db) => Array.from({ length: 20 }, (_, n) => db.sql`INSERT INTO hits VALUES (${n})`)));
  expect(await one.prepare('SELECT count(*) AS n FROM hits').get()).toEqual({ n: 40 });
  await Promise.all([one.dispose(), two.dispose()]);
});

test('nothing is opened before it is used', async () => {
  const quiet = join(folder, 'quiet');
  const [db, storage] = [createLazyDatabase(undefined, quiet), createLazyStorage(quiet)];
  await Promise.all([db.dispose(), storage.dispose()]);
  expect(existsSync(quiet)).toBe(false);
});

test('an unknown scheme and a file that can not be are clear errors, without the address', async () => {
  const oracle = createLazyDatabase('oracle://user:secret@host', undefined);
  const error = await oracle.exec('SELECT 1').catch((caught: Error) => caught);
  expect(error).toMatchObject({ code: 'GATI_DATABASE', message: expect.stringContaining('oracle:') });
  expect((error as Error).message).not.toContain('secret');
  await writeFile(join(folder, 'a-file'), '');
  await expect(createLazyDatabase(`sqlite:${join(folder, 'a-file', 'data.db')}`, undefined).exec('SELECT 1')).rejects.toMatchObject({
    code: 'GATI_DATABASE',
  });
});

test.each(['memory', 'files'])('storage in %s', async (kind) => {
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

test('data lives in the volume where there is one', () => {
  expect(toDataFolder('test')).toBeUndefined();
  expect(toDataFolder('production', folder)).toBe(folder);
  expect(toDataFolder('production', join(folder, 'none'))).toBe(join(process.cwd(), '.gati'));
  expect(toDataFolder('development', folder)).toBe(join(process.cwd(), '.gati'));
});
