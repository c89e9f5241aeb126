import type { IncomingMessage } from 'node:http';
import { belowBase, normalizeBase } from '../../app/request/path.ts';

/** Whether a request is for a page of the client. Below the routes' base there are routes alone. */
export function wantsPage(
  req: IncomingMessage & { originalUrl?: string },
  base: string | undefined,
): boolean {
  if (!wantsDocument(req)) return false;
  const own = normalizeBase(base);
  // Vite's own is `/index.html` for whatever may be a page.
  const { url = '', originalUrl = url } = req;
  return own === '' || belowBase(originalUrl.split('?', 1)[0]!, own) === undefined;
}

/** Whether a browser asks for something to show. Without the browser's own word, who likes HTML better than JSON is one. */
function wantsDocument(req: IncomingMessage): boolean {
  if (req.method !== 'GET' && req.method !== 'HEAD') return false;
  const destination = req.headers['sec-fetch-dest'];
  if (destination !== undefined) return destination === 'document';
  const { accept } = req.headers;
  if (accept === undefined) return false;
  const html = weightOf(accept, 'text/html');
  return html > 0 && html >= weightOf(accept, 'application/json');
}

/** The weight of a type that is named as such; a wildcard says nothing about what is preferred. */
function weightOf(accept: string, type: string): number {
  for (const part of accept.toLowerCase().split(',')) {
    const [name, ...parameters] = part.split(';').map((text) => text.trim());
    if (name !== type) continue;
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    return weight === undefined ? 1 : Number(weight.slice(2)) || 0;
  }
  return 0;
}
