import type { RequestRecord } from '../../api/types.ts';

/** Prints a command that sends a request again. Its body and its headers are not recorded. */
export function toCurl({ method, path }: RequestRecord, origin: string): string {
  const url = quote(origin + path);
  return method === 'GET' ? `curl ${url}` : `curl -X ${method} ${url}`;
}

/** Quotes a string for a POSIX shell, because a client has chosen the path. */
const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
