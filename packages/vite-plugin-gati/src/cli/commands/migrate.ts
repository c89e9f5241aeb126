import { dataFolder } from '@gati/runtime-h3/internal';
import {
  migrateDatabase,
  type MigrateFlags,
  parseDatabaseAddress,
} from '@gati/runtime-h3/migrations';
import { readMigrations } from '../../scan/read-migrations.ts';
import { enterApp } from '../app-env.ts';
import type { Call } from '../command.ts';

/** `gati migrate`: migrates the database of development, or the one that `GATI_DATABASE` names. */
export async function run(call: Call): Promise<number> {
  const { args, output } = call;
  const env = enterApp(call);
  const { lines, document, code } = await migrateDatabase({
    address: parseDatabaseAddress(env.GATI_DATABASE, dataFolder('development')),
    files: readMigrations(process.cwd()),
    flags: args as MigrateFlags,
    progress: output.line,
  });
  for (const line of lines) output.line(line);
  output.document(document);
  return code;
}
