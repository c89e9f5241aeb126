import { resolve } from 'node:path';
import { openError } from './errors.ts';

const SQLITE_CANTOPEN = 14;

/**
 * Returns the absolute path of `sqlite:PATH`.
 *
 * @throws {GatiError} GATI_EFFECTS_OPEN when the URL does not name a file
 */
export function parseAddress(url: string): string {
  const name = url.slice('sqlite:'.length);
  if (name === '' || name === ':memory:')
    throw openError(name, { sqlite: SQLITE_CANTOPEN, message: 'it names no file' });
  return resolve(name);
}
