import { afterAll, expect, test } from 'vitest';
import { createLazyDatabase } from '../../src/data/database.ts';
import type { SqlValue } from '../../src/types/data.ts';
import { toBound } from '../../src/data/bind-values.ts';

const db = createLazyDatabase('sqlite::memory:', undefined);
afterAll(() => db.dispose());

const bytes = new Uint8Array([0, 255, 10]);
const GOOD: [string, SqlValue, unknown][] = [
  ['true', true, 1],
  ['false', false, 0],
  ['a Date', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['bytes', bytes, bytes],
  ['a view of bytes', new Uint8Array([1, 0, 255, 10, 2]).subarray(1, 4), bytes],
  ['a Buffer', Buffer.from(bytes), bytes],
  ['null', null, null],
  ['undefined', undefined, null],
  ['a bigint', 12n, 12],
  ['NaN', Number.NaN, null],
  ['text', 'é', 'é'],
];

const plain = (value: unknown): unknown =>
  value instanceof Uint8Array ? new Uint8Array(value) : value;

test.each(GOOD)('SQLite binds %s, alone and among other values', async (_name, value, expected) => {
  const alone = db.prepare('SELECT ? AS value');
  expect(plain((await alone.get<{ value: unknown }>(value))?.value)).toEqual(expected);
  expect(plain((await alone.bind(value).all<{ value: unknown }>())[0]?.value)).toEqual(expected);
  expect(
    plain((await db.sql<{ value: unknown }>`SELECT ${value} AS value`).rows[0]?.value),
  ).toEqual(expected);
  const both = await db
    .prepare('SELECT ? AS value, ? AS other')
    .get<{ value: unknown; other: string }>(value, 'x');
  expect([plain(both?.value), both?.other]).toEqual([expected, 'x']);
  await db.exec('CREATE TABLE IF NOT EXISTS kept (value)');
  await db.prepare('INSERT INTO kept VALUES (?)').run(value);
});

const BAD: [string, unknown][] = [
  ['object', { '?1': 'x' }],
  ['array', ['a']],
  ['symbol', Symbol('s')],
  ['function', () => 1],
  ['bigint of more than 64 bits', 2n ** 63n],
  ['invalid Date', new Date(Number.NaN)],
];

test.each(BAD)('binding %s is an error', async (kind, value) => {
  const refusal = { code: 'GATI_DATABASE', message: expect.stringContaining(kind) };
  await expect(db.prepare('SELECT ? AS value').get(value as SqlValue)).rejects.toMatchObject(
    refusal,
  );
  await expect(db.sql`SELECT ${1} AS one, ${value as SqlValue} AS value`).rejects.toMatchObject(
    refusal,
  );
});

test('PostgreSQL binds booleans, dates and large integers natively', () => {
  const values = [true, new Date(0), 2n ** 70n, Buffer.from('a'), 'x', null];
  expect(toBound('postgresql', values)).toEqual(values);
  for (const value of [{ a: 1 }, [1], Symbol('s'), new Date(Number.NaN)])
    expect(() => toBound('postgresql', [value as SqlValue])).toThrow(
      expect.objectContaining({ code: 'GATI_DATABASE' }),
    );
});
