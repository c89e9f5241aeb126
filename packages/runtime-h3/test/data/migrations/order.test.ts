import { expect, test } from 'vitest';
import { checksumOf, compareNames, planMigrations } from '../../../src/data/migrations/order.ts';
import {
  findTransactionStatement,
  isWithoutTransaction,
  splitStatements,
} from '../../../src/data/migrations/statements.ts';

const file = (name: string, sql = `-- ${name}`) => ({ name, sql });
const applied = (name: string, sql = `-- ${name}`) => ({
  name,
  checksum: checksumOf(sql),
  appliedAt: '2026-01-01T00:00:00.000Z',
});
const plan = (files: string[], done: string[]) =>
  planMigrations(
    files.map((name) => file(name)),
    done.map((name) => applied(name)),
  );

test('sorts names by their leading number, then by their text', () => {
  const names = ['seed.sql', '10_b.sql', '2_c.sql', '0010_a.sql', '20260101120000_d.sql', '1.sql'];
  expect(names.sort(compareNames)).toEqual([
    '1.sql',
    '2_c.sql',
    '0010_a.sql',
    '10_b.sql',
    '20260101120000_d.sql',
    'seed.sql',
  ]);
});

test('files that are not applied are pending, in their order', () => {
  const { pending, newer } = plan(['10.sql', '1.sql', '2.sql'], ['1.sql']);
  expect(pending.map(({ name }) => name)).toEqual(['2.sql', '10.sql']);
  expect(newer).toEqual([]);
});

test('applied migrations after the last file are those of a newer release', () => {
  expect(plan(['1.sql'], ['1.sql', '2.sql'])).toEqual({ pending: [], newer: ['2.sql'] });
});

test.each([
  ['a missing file between others', ['1.sql', '3.sql'], ['1.sql', '2.sql'], '2.sql'],
  [
    'a pending file before an applied one',
    ['1.sql', '2.sql', '3.sql'],
    ['1.sql', '3.sql'],
    '2.sql',
  ],
])('rejects %s', (_case, files, done, name) => {
  expect(() => plan(files, done)).toThrow(
    expect.objectContaining({
      code: 'GATI_MIGRATE_HISTORY',
      message: expect.stringContaining(name),
    }),
  );
});

test('rejects an applied file with other SQL, but not with other line ends', () => {
  const sql = 'CREATE TABLE a (b INT);\nCREATE TABLE c (d INT);\n';
  const done = [applied('1.sql', sql)];
  expect(planMigrations([file('1.sql', sql.replaceAll('\n', '\r\n'))], done).pending).toEqual([]);
  expect(() => planMigrations([file('1.sql', `${sql} `)], done)).toThrow(/1\.sql has changed/);
});

test('splits statements outside of quotes and comments', () => {
  const sql = `SELECT ';', ";" -- ;\n; /* ; */ SELECT $f$ ; $f$;\n-- the end;\n`;
  expect(splitStatements(sql, 'postgresql').map(({ text }) => text.trim())).toEqual([
    `SELECT ';', ";" -- ;`,
    `/* ; */ SELECT $f$ ; $f$`,
  ]);
});

test.each([
  ['COMMIT', 'INSERT INTO a VALUES (1); commit;', true],
  ['BEGIN', 'BEGIN; CREATE TABLE a (b INT);', true],
  ['BEGIN IMMEDIATE', '-- first\nbegin immediate;', true],
  ['START TRANSACTION', 'START TRANSACTION READ WRITE;', true],
  ['a comment', '-- COMMIT;\nSELECT 1', false],
  ['END TRANSACTION', 'CREATE TABLE a (b INT); end  transaction;', true],
  ['ABORT', 'ABORT;', true],
  ['PREPARE TRANSACTION', "PREPARE TRANSACTION 'a';", true],
  ['END', 'CREATE TABLE a (b INT); END; CREATE TABLE c (d INT);', true],
  ['END AND CHAIN', 'end and chain;', true],
  ['BEGIN ISOLATION LEVEL', 'BEGIN ISOLATION LEVEL SERIALIZABLE;', true],
  ['a column', 'CREATE TABLE ends (end_at INT); SELECT CASE WHEN 1 THEN 2 END;', false],
  ['a function', 'CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$', false],
])('finds the statement of a transaction in %s', (_case, sql, found) => {
  for (const dialect of ['sqlite', 'postgresql'] as const)
    expect(findTransactionStatement(sql, dialect) !== undefined).toBe(found);
});

const TRIGGER = `CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN
  SELECT CASE WHEN 1 THEN 2 END; -- END;
  DELETE FROM b;
END`;
const FUNCTION = `CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC
  SELECT CASE WHEN true THEN 1 END;
  SELECT 2;
END`;

test.each([
  ['sqlite', TRIGGER],
  ['postgresql', FUNCTION],
  ['postgresql', 'CREATE FUNCTION f() RETURNS void BEGIN ATOMIC END'],
  ['postgresql', 'CREATE TRIGGER t AFTER INSERT ON a EXECUTE FUNCTION f()'],
] as const)('a statement of %s includes its body: %#', (dialect, statement) => {
  const sql = `${statement};\nSELECT 1;`;
  expect(splitStatements(sql, dialect).map(({ text }) => text.trim())).toEqual([
    statement,
    'SELECT 1',
  ]);
  expect(findTransactionStatement(sql, dialect)).toBeUndefined();
  expect(findTransactionStatement(`${statement}; END;`, dialect)?.text).toBe(' END');
});

test('a body that does not end is one statement', () => {
  const sql = 'CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; SELECT 2;';
  expect(splitStatements(sql, 'sqlite')).toEqual([{ text: sql, start: 0 }]);
});

test('a separate line marks a migration that runs without a transaction', () => {
  expect(isWithoutTransaction('-- gati: no-transaction\nVACUUM;')).toBe(true);
  expect(isWithoutTransaction('VACUUM;\n  --gati:no-transaction  \n')).toBe(true);
  expect(isWithoutTransaction("SELECT '-- gati: no-transaction'")).toBe(false);
});
