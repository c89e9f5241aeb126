import { describe, expect, test } from 'vitest';
import { parseDatabaseAddress } from '../../../src/data/database-address.ts';
import type { MigrationConnection } from '../../../src/data/migrations/connection.ts';
import { migrate, readPlan } from '../../../src/data/migrations/migrate.ts';
import { openMigrationConnection } from '../../../src/data/migrations/open-connection.ts';
import type { DatabaseMigration } from '../../../src/types/bundle.ts';

const connect = (url: string): Promise<MigrationConnection | undefined> =>
  openMigrationConnection(parseDatabaseAddress(url, undefined), { create: true });

export const FILES: DatabaseMigration[] = [
  { name: '1_users.sql', sql: 'CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);' },
  {
    name: '2_more.sql',
    sql: "INSERT INTO users (id, name) VALUES (1, 'Ann');\nALTER TABLE users ADD COLUMN age INTEGER;",
  },
];

/** @param createDatabase returns the address of an empty database */
export function describeMigrations(
  dialect: 'SQLite' | 'PostgreSQL',
  createDatabase: () => Promise<string>,
): void {
  describe(`migrations in ${dialect}`, () => {
    const isPostgres = dialect === 'PostgreSQL';

    /** Runs `work` with a connection, and closes it. */
    async function use<Result>(
      url: string,
      work: (connection: MigrationConnection) => Promise<Result>,
    ): Promise<Result> {
      const connection = (await connect(url))!;
      try {
        return await work(connection);
      } finally {
        await connection.close();
      }
    }

    const names = (migrations: readonly { name: string }[]): string[] =>
      migrations.map(({ name }) => name);

    test('are applied once, in their order, also by four connections at the same time', async () => {
      const url = await createDatabase();
      const applied = await Promise.all(
        [1, 2, 3, 4].map(() => use(url, (connection) => migrate(connection, FILES))),
      );
      expect(applied.map(names).sort()).toEqual([[], [], [], ['1_users.sql', '2_more.sql']]);
      await use(url, async (connection) => {
        expect(await connection.all('SELECT id, name, age FROM users')).toEqual([
          { id: 1, name: 'Ann', age: null },
        ]);
        const { applied, pending } = await readPlan(connection, FILES);
        expect([names(applied), names(pending)]).toEqual([['1_users.sql', '2_more.sql'], []]);
      });
    });

    test('a failing migration leaves nothing behind, and earlier ones stay', async () => {
      const url = await createDatabase();
      const broken = {
        name: '3_broken.sql',
        sql: 'CREATE TABLE half (id INTEGER);\n\nINSERT INTO nowhere VALUES (1);',
      };
      await use(url, async (connection) => {
        await expect(migrate(connection, [...FILES, broken])).rejects.toMatchObject({
          code: 'GATI_MIGRATE',
          message: expect.stringMatching(/3_broken\.sql .*nowhere/),
          diagnostic: { file: 'src/migrations/3_broken.sql', ...(isPostgres && { line: 3 }) },
        });
        await expect(connection.all('SELECT * FROM half')).rejects.toThrow(/half/);
        expect(names((await readPlan(connection, [...FILES, broken])).pending)).toEqual([
          '3_broken.sql',
        ]);
      });
      const corrected = { ...broken, sql: 'CREATE TABLE half (id INTEGER)' };
      await use(url, async (connection) => {
        expect(names(await migrate(connection, [...FILES, corrected]))).toEqual(['3_broken.sql']);
      });
    });

    test('a migration may run without a transaction', async () => {
      const url = await createDatabase();
      const statements = isPostgres
        ? 'CREATE INDEX CONCURRENTLY by_name ON users (name);\nCREATE INDEX CONCURRENTLY by_age ON users (age)'
        : 'VACUUM;\nVACUUM';
      await use(url, async (connection) => {
        const inside = { name: '3_index.sql', sql: statements };
        await expect(migrate(connection, [...FILES, inside])).rejects.toThrow(/transaction/);
        const outside = { ...inside, sql: `-- gati: no-transaction\n${statements};` };
        expect(names(await migrate(connection, [...FILES, outside]))).toEqual(['3_index.sql']);
      });
    });

    test('a file that ends its own transaction is rejected before it runs', async () => {
      const url = await createDatabase();
      const own = { name: '1_own.sql', sql: 'BEGIN;\nCREATE TABLE a (b INTEGER);\nCOMMIT;' };
      await use(url, async (connection) => {
        await expect(migrate(connection, [own])).rejects.toMatchObject({
          code: 'GATI_MIGRATE',
          diagnostic: { line: 1 },
        });
        await expect(connection.all('SELECT * FROM a')).rejects.toThrow();
      });
    });

    test('a connection waits for the lock, and reports that another one has it', async () => {
      const url = await createDatabase();
      await use(url, async (other) => {
        expect(await other.tryLock()).toBe(true);
        await use(url, async (connection) => {
          await expect(migrate(connection, FILES, { lockTimeout: 0 })).rejects.toMatchObject({
            code: 'GATI_MIGRATE',
            message: expect.stringContaining('Another process'),
          });
        });
      });
      await use(url, async (connection) => {
        expect(await migrate(connection, FILES)).toHaveLength(2);
      });
    });
  });
}
