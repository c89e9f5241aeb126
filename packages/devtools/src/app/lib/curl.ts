import type { Explanation } from '../../api/explain.ts';
import type { RequestRecord } from '../../api/types.ts';

/** Prints a command that sends a request again. Its body and its headers are not recorded. */
export function toCurl({ method, path }: RequestRecord, origin: string): string {
  const url = quote(origin + path);
  return method === 'GET' ? `curl ${url}` : `curl -X ${method} ${url}`;
}

/** Prints a command that sends a request with headers and a JSON body. */
export function printCurl(
  { method, path, headers, body }: NonNullable<Explanation['curl']>,
  origin: string,
): string {
  const parts = [`curl -X ${method} ${quote(origin + path)}`];
  for (const [name, value] of Object.entries(headers))
    parts.push(`-H ${quote(`${name}: ${value}`)}`);
  if (body !== undefined) parts.push(`-d ${quote(JSON.stringify(body))}`);
  return parts.join(' ');
}

/** Quotes a string for a POSIX shell, because a client has chosen the path. */
const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
