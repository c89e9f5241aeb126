import type { ServerResponse } from 'node:http';
import type { HeaderList } from '../../types/exchange.ts';

/**
 * Writes the head of a response. If headers were set before, for example by a middleware of the
 * development server, Node 20 sets the pairs of a list one by one, so only the last value of a name
 * remains. The values of each name are therefore collected first.
 */
export function writeHead(
  res: ServerResponse,
  status: number,
  headers: HeaderList,
): ServerResponse {
  if (res.getHeaderNames().length === 0) return res.writeHead(status, headers);
  const fields = new Map<string, string[]>();
  for (let index = 0; index < headers.length; index += 2) {
    const name = (headers[index] as string).toLowerCase();
    const value = headers[index + 1] as string;
    const values = fields.get(name);
    if (values === undefined) fields.set(name, [...keptValues(res, name), value]);
    else values.push(value);
  }
  for (const [name, values] of fields) {
    if (name === 'vary') res.setHeader(name, [...new Set(values)].join(', '));
    else res.setHeader(name, values.length === 1 ? values[0]! : values);
  }
  return res.writeHead(status);
}

/**
 * Returns the earlier values of `vary` and `set-cookie`, which are sent in addition to those of the
 * response. Other headers are replaced.
 */
function keptValues(res: ServerResponse, name: string): string[] {
  if (name !== 'vary' && name !== 'set-cookie') return [];
  const value = res.getHeader(name);
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [String(value)];
}
