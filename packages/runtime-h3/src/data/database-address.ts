import { join } from 'node:path';
import type { Sql } from '../types/data.ts';
import { databaseUrlError } from './errors.ts';

/** A database as `GATI_DATABASE` names it. */
export interface DatabaseAddress {
  dialect: Sql['dialect'];
  /** Path of a SQLite file or `:memory:`; the URL of another database. */
  location: string;
}

/**
 * Reads the address of a database. Without a URL, it is a SQLite file in `folder`, or in memory
 * without a folder.
 *
 * @throws {GatiError} GATI_DATABASE when the URL is not that of a supported database
 */
export function parseDatabaseAddress(
  url: string | undefined,
  folder: string | undefined,
): DatabaseAddress {
  const address = url || `sqlite:${folder === undefined ? ':memory:' : join(folder, 'data.db')}`;
  const scheme = /^([a-z0-9+.-]+):/i.exec(address)?.[1]?.toLowerCase() ?? '';
  const fault = findUrlFault(scheme, address);
  if (fault !== undefined) throw databaseUrlError(fault);
  return scheme === 'sqlite'
    ? { dialect: 'sqlite', location: address.slice('sqlite:'.length) }
    : { dialect: 'postgresql', location: address };
}

/** Returns the error of the URL, without a part that may be a password. */
function findUrlFault(scheme: string, url: string): string | undefined {
  if (scheme === 'sqlite') return url === 'sqlite:' ? 'it names no file' : undefined;
  if (scheme === 'postgres' || scheme === 'postgresql')
    return URL.canParse(url)
      ? undefined
      : 'it is not a URL; a password in it must be percent-encoded';
  return scheme === '' ? 'it has no scheme' : `there is no driver for ${scheme}:`;
}
