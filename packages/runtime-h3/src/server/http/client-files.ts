import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { normalizeBase } from '../../app/request/path.ts';
import { EVERY_RESPONSE, toPairs } from '../../app/response/headers.ts';

/** The client files of a server. */
export interface ClientFiles {
  serve(req: IncomingMessage, res: ServerResponse, path: string, vary?: string): Promise<boolean>;
}

/** The end of a name that a build derives from the content: Vite's `assets/name-HASH.ext`. */
const HASHED = /-[\w-]{8,}\.\w+(?:\.map)?$/;
/**
 * Maximum number of characters of a file name. The time of the pattern grows with the square of the
 * length.
 */
const MAX_NAME = 255;
const CONDITIONAL_HEADERS = [
  'accept-encoding',
  'if-none-match',
  'if-modified-since',
  'if-range',
  'range',
];

/**
 * Creates a test for paths of hashed files, whose content never changes.
 *
 * @param assetsDir folder of the hashed files. If it is the root, no file counts as hashed: files
 *   of `public` with similar names are there too
 */
export function createHashedTest(assetsDir = 'assets'): (path: string) => boolean {
  const assets = `${normalizeBase(assetsDir)}/`;
  return (path) => assets !== '/' && path.startsWith(assets) && HASHED.test(path.slice(-MAX_NAME));
}

/**
 * Serves `dist/client`: ETag and 304, ranges, gzip and brotli (from compressed files or on the
 * fly), and immutable caching of hashed files. Dot files are not served.
 */
export async function createClientFiles(
  folder: URL | string,
  isHashed: (path: string) => boolean,
): Promise<ClientFiles> {
  const [{ staticMiddleware }, { sendNodeResponse }] = await Promise.all([
    import('srvx/static'),
    import('srvx/node'),
  ]);
  const dir = typeof folder === 'string' ? folder : fileURLToPath(folder);
  const files = staticMiddleware({ dir, encodings: true });
  return {
    async serve(req, res, path, vary) {
      if (!path.startsWith('/') || !isDecodable(path)) return false;
      const headers = new Headers();
      for (const name of CONDITIONAL_HEADERS) {
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
        isHashed(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
      if (vary !== undefined) response.headers.append('vary', vary);
      for (const [name, value] of toPairs(EVERY_RESPONSE)) response.headers.set(name, value);
      await sendNodeResponse(res, response);
      return true;
    },
  };
}

/** A path that can't be decoded names no file. The app rejects it. */
function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
