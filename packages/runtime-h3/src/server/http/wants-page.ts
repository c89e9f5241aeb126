import type { IncomingMessage } from 'node:http';
import { belowBase, normalizeBase, normalizePath } from '../../app/request/path.ts';

/**
 * Returns whether a request is for a page of the client. Pages are below the base of the client.
 * Below the base of the app there are only routes.
 */
export function wantsPage(
  req: IncomingMessage & { originalUrl?: string },
  base: string | undefined,
  clientBase?: string,
): boolean {
  if (!wantsDocument(req)) return false;
  const own = normalizeBase(base);
  const pages = normalizeBase(clientBase);
  if (own === '' && pages === '') return true;
  // Vite rewrites `url` to `/index.html` for every possible page.
  const { url = '', originalUrl = url } = req;
  const path = normalizePath(originalUrl.split('?', 1)[0]!) ?? '';
  return belowBase(path, pages) !== undefined && (own === '' || belowBase(path, own) === undefined);
}

/**
 * Returns whether a browser wants to show the response. Without `Sec-Fetch-Dest`, a client that
 * prefers HTML to JSON counts as one.
 */
function wantsDocument(req: IncomingMessage): boolean {
  if (req.method !== 'GET' && req.method !== 'HEAD') return false;
  const destination = req.headers['sec-fetch-dest'];
  if (destination !== undefined) return destination === 'document';
  const { accept } = req.headers;
  if (accept === undefined) return false;
  const html = weightOf(accept, 'text/html');
  return html > 0 && html >= weightOf(accept, 'application/json');
}

/**
 * Returns the weight of a media type that is named literally. A wildcard expresses no preference.
 */
function weightOf(accept: string, type: string): number {
  for (const part of accept.toLowerCase().split(',')) {
    const [name, ...parameters] = part.split(';').map((text) => text.trim());
    if (name !== type) continue;
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    return weight === undefined ? 1 : Number(weight.slice(2)) || 0;
  }
  return 0;
}
