import { GatiError } from '@gati/contract';

/**
 * Splits the URL into the address for the client, without the parameter `prefix`, and the prefix of
 * all key names.
 *
 * @throws {GatiError} GATI_EFFECTS when the database is not a number
 */
export function parseAddress(url: string): { address: string; prefix: string } {
  const at = url.indexOf('?');
  const before = at === -1 ? url : url.slice(0, at);
  // The client would read other text as 0. The error does not contain it: it may be part of a
  // password.
  const database = before.replace(/^\w+:\/\/[^/]*\/?/, '');
  if (!/^\d*$/.test(database))
    throw noDatabaseError('GATI_EFFECTS has no database number after the host');
  if (at === -1) return { address: url, prefix: toPrefix('gati') };
  const parameters = new URLSearchParams(url.slice(at + 1));
  const name = parameters.get('prefix') || 'gati';
  parameters.delete('prefix');
  const rest = parameters.toString();
  return { address: before + (rest === '' ? '' : `?${rest}`), prefix: toPrefix(name) };
}

/** The braces put all keys into one slot of a cluster. */
const toPrefix = (name: string): string => `{${name.replaceAll(/[{}]/g, '')}}:`;

/**
 * Returns the error for a wrong database. `reason` must not contain the address, which has a
 * password.
 */
export function noDatabaseError(reason: string, cause?: unknown): GatiError {
  return new GatiError(
    {
      code: 'GATI_EFFECTS',
      message: cause === undefined ? `${reason}.` : `${reason}: ${(cause as Error).message}.`,
      fix: 'Use a database that the server has (0 to 15 by default) and percent-encode the password: redis://user:password@host:6379/0.',
    },
    { cause },
  );
}
