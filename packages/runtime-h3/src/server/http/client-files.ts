import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { belowBase, normalizeBase } from '../../app/request/path.ts';

/** `false`: there is no such file. */
export interface ClientFiles {
  serve(req: IncomingMessage, res: ServerResponse, path: string): Promise<boolean>;
}

/** What a build names by its content: Vite's `assets/name-HASH.ext`. */
const HASHED = /^\/assets\/(?:.*[/])?[^/]*-[\w-]{8,}\.\w+(?:\.map)?$/;
const CONDITIONS = ['accept-encoding', 'if-none-match', 'if-modified-since', 'if-range', 'range'];

/** Serves `dist/client`: ETag and 304, ranges, gzip and brotli (beforehand or as it goes), hashed files for ever. Dot files are not served. */
export async function createClientFiles(folder: URL | string): Promise<ClientFiles> {
  const [{ staticMiddleware }, { sendNodeResponse }] = await Promise.all([
    import('srvx/static'),
    import('srvx/node'),
  ]);
  const dir = typeof folder === 'string' ? folder : fileURLToPath(folder);
  const files = staticMiddleware({ dir, encodings: true });

  return {
    async serve(req, res, path) {
      if (!path.startsWith('/') || !isDecodable(path)) return false;
      const headers = new Headers();
      for (const name of CONDITIONS) {
        const value = req.headers[name];
        if (typeof value === 'string') headers.set(name, value);
      }
      const request = new Request(`http://localhost${path}`, {
        method: req.method ?? 'GET',
        headers,
      });
      const response = (await files(request as never, () => undefined as never)) as
        | Response
        | undefined;
      if (!response) return false;
      response.headers.set(
        'cache-control',
        HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
      response.headers.set('x-content-type-options', 'nosniff');
      await sendNodeResponse(res, response);
      return true;
    },
  };
}

/** What can't be read names no file, and whoever comes next says so. */
function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

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
  const html = weigh(accept, 'text/html');
  return html > 0 && html >= weigh(accept, 'application/json');
}

/** The weight of a type that is named as such; a wildcard says nothing about what is preferred. */
function weigh(accept: string, type: string): number {
  for (const part of accept.toLowerCase().split(',')) {
    const [name, ...parameters] = part.split(';').map((text) => text.trim());
    if (name !== type) continue;
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    return weight === undefined ? 1 : Number(weight.slice(2)) || 0;
  }
  return 0;
}
