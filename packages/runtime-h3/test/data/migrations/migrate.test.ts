import { join } from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { expect, test } from 'vitest';
import { parseDatabaseAddress } from '../../../src/data/database-address.ts';
import { readPlan } from '../../../src/data/migrations/migrate.ts';
import { openMigrationConnection } from '../../../src/data/migrations/open-connection.ts';
import { describeMigrations, FILES } from './describe-migrations.ts';

const folder = temporaryFolder('migrate');
let databases = 0;

describeMigrations('SQLite', async () => `sqlite:${join(folder, `${++databases}.db`)}`);

test('reading the state of a SQLite file does not create it', async () => {
  const address = parseDatabaseAddress(`sqlite:${join(folder, 'none.db')}`, undefined);
  const connection = await openMigrationConnection(address, { create: false });
  expect(connection).toBeUndefined();
  expect((await readPlan(connection, FILES)).pending).toEqual(FILES);
});
