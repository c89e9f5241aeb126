import { GatiError } from '@gati/contract';

/** The address without `prefix`, which is not the client's, and what the names of all keys begin with. */
export function parseAddress(url: string): { address: string; prefix: string } {
  const at = url.indexOf('?');
  const before = at === -1 ? url : url.slice(0, at);
  // The client takes what is no number for 0. It is not told: it may be a part of a password.
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

/** The braces keep all keys in one slot of a cluster. */
const toPrefix = (name: string): string => `{${name.replaceAll(/[{}]/g, '')}}:`;

/** @param what without the address, which has a password */
export function noDatabaseError(what: string, cause?: unknown): GatiError {
  return new GatiError(
    {
      code: 'GATI_EFFECTS',
      message: cause === undefined ? `${what}.` : `${what}: ${(cause as Error).message}.`,
      fix: 'Use a database that the server has (0 to 15 by default) and percent-encode the password: redis://user:password@host:6379/0.',
    },
    { cause },
  );
}
