import { GatiError } from '@gati/contract';

const DEFAULT_SCHEMA = 'gati';

/**
 * Splits the URL into the address for the client, without the parameter `schema`, and the schema.
 *
 * @throws {GatiError} GATI_EFFECTS when the schema can't be used
 */
export function parseAddress(url: string): { address: string; schema: string } {
  const [before, query = ''] = split(url, '?');
  const parameters = new URLSearchParams(query);
  const schema = parameters.get('schema') ?? DEFAULT_SCHEMA;
  // The schema becomes part of statements without quotes.
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) {
    throw new GatiError({
      code: 'GATI_EFFECTS',
      message: `GATI_EFFECTS: "${schema}" can't be the name of a schema.`,
      fix: 'Use at most 63 lower-case letters, digits and _: postgres://user@host/database?schema=jobs.',
    });
  }
  parameters.delete('schema');
  const rest = parameters.toString();
  return { address: rest === '' ? before : `${before}?${rest}`, schema };
}

/** Splits a string at the first separator. */
function split(text: string, separator: string): [string, string?] {
  const index = text.indexOf(separator);
  return index === -1 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}
