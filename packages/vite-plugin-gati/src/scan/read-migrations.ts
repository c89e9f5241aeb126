import fs from 'node:fs';
import path from 'node:path';
import { GatiError } from '@gati/contract';
import { compareNames, type DatabaseMigration } from '@gati/runtime-h3/migrations';
import { MIGRATIONS } from './layout.ts';

const NAME = /^[\w.-]{1,200}\.sql$/;
/** Bytes of all files together. */
const MAX_BYTES = 16_777_216;

/** Whether a file, from the root, is a migration of the database. */
export const isMigration = (file: string): boolean =>
  file.startsWith(`${MIGRATIONS}/`) && file.endsWith('.sql');

/**
 * Reads the files of `src/migrations`, in their order. Leaves out empty ones.
 *
 * @throws {GatiError} GATI_MIGRATE when a name can't be used, or the files are too large
 */
export function readMigrations(root: string): DatabaseMigration[] {
  const names = listSql(path.join(root, MIGRATIONS));
  let bytes = 0;
  return names.sort(compareNames).flatMap((name) => {
    if (!NAME.test(name))
      throw fileError(name, 'its name has other characters than letters, digits, `.`, `_` and `-`');
    if (/[._-]down\.sql$/i.test(name))
      throw fileError(name, 'its name says that it undoes a migration, and Gati would apply it');
    const sql = fs.readFileSync(path.join(root, MIGRATIONS, name), 'utf8');
    bytes += Buffer.byteLength(sql);
    if (bytes > MAX_BYTES) throw fileError(name, `the files have more than ${MAX_BYTES} bytes`);
    // An editor creates a file before its text is written.
    return sql.trim() === '' ? [] : [{ name, sql }];
  });
}

function listSql(folder: string): string[] {
  try {
    return fs.readdirSync(folder).filter((name) => name.endsWith('.sql'));
  } catch {
    return [];
  }
}

function fileError(name: string, reason: string): GatiError {
  return new GatiError({
    code: 'GATI_MIGRATE',
    message: `The migration ${name} can't be used: ${reason}.`,
    fix: 'Rename or remove the file. To undo a change, write a new migration. Load large data with a script.',
    file: `${MIGRATIONS}/${name}`,
  });
}
