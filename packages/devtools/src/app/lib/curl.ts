import type { Explanation } from '../../api/explain.ts';
import type { RequestRecord } from '../../api/types.ts';

/** A request as a command sends it. */
export interface CurlRequest {
  method: string;
  url: string;
  headers: readonly (readonly [name: string, value: string])[];
  /** Text of the body, or the parts of a form; a part with `file` is the name of a file. */
  body?: string | readonly ({ name: string } & ({ value: string } | { file: string }))[];
}

/** Prints a command that sends a request again. Its body and its headers are not recorded. */
export function toCurl({ method, path }: RequestRecord, origin: string): string {
  return printCommand({ method, url: origin + path, headers: [] });
}

/** Prints a command that sends a request with headers and a JSON body. */
export function printCurl(
  { method, path, headers, body }: NonNullable<Explanation['curl']>,
  origin: string,
): string {
  return printCommand({
    method,
    url: origin + path,
    headers: Object.entries(headers),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

/** Prints a `curl` command for a POSIX shell. */
export function printCommand({ method, url, headers, body }: CurlRequest): string {
  const parts = ['curl'];
  // Without it, curl reads brackets and braces of a URL as a pattern.
  if (/[[\]{}]/.test(url)) parts.push('-g');
  if (method === 'HEAD') parts.push('-I');
  else if (method !== 'GET' || body !== undefined) parts.push(`-X ${method}`);
  parts.push(quote(url));
  // `name;` sends an empty value. `name:` would remove the header.
  for (const [name, value] of headers)
    parts.push(`-H ${quote(value === '' ? `${name};` : `${name}: ${value}`)}`);
  if (typeof body === 'string') parts.push(`--data-raw ${quote(body)}`);
  else
    for (const part of body ?? [])
      parts.push(
        'file' in part
          ? `-F ${quote(`${part.name}=@"${part.file.replaceAll(/["\\]/g, String.raw`\$&`)}"`)}`
          : `--form-string ${quote(`${part.name}=${part.value}`)}`,
      );
  return parts.join(' ');
}

/** Quotes a string for a POSIX shell, because a client has chosen the path. */
const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
