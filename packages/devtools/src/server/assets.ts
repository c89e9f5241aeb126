import fs from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { PAGES } from '../api/pages.ts';
import { ASSET_HEADERS, type FrameAncestors, pageHeaders } from '../http/headers.ts';
import { PanelError } from '../http/problem.ts';

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Serves the built files of the panel. */
export interface Assets {
  /** Whether the pages are built. */
  readonly exist: boolean;
  /** @param name file name below `assets/` */
  file(req: IncomingMessage, res: ServerResponse, name: string): void;
  /** @param subpath path of a page below `/_control/` */
  page(req: IncomingMessage, res: ServerResponse, subpath: string): void;
}

/**
 * @param folder absolute; has `index.html` and `assets/`. Its names are listed once. A request
 * chooses from them, so that no part of a request becomes a path.
 * @param ancestors pages that may contain the panel in a frame
 */
export function createAssets(folder: string, ancestors: FrameAncestors): Assets {
  const headers = { ...pageHeaders(ancestors), 'content-type': 'text/html; charset=utf-8' };
  let names: Set<string> | undefined;

  function read(file: string): Buffer {
    try {
      return fs.readFileSync(path.join(folder, file));
    } catch {
      throw new PanelError(503, 'not_built', 'The files of the panel are missing.');
    }
  }

  function listNames(): Set<string> {
    const listed = fs.readdirSync(path.join(folder, 'assets'), { withFileTypes: true });
    return new Set(listed.filter((entry) => entry.isFile()).map(({ name }) => name));
  }

  return {
    get exist() {
      return fs.existsSync(path.join(folder, 'index.html'));
    },
    file(req, res, name) {
      names ??= fs.existsSync(folder) ? listNames() : undefined;
      const type = TYPES[path.extname(name)];
      if (!names?.has(name) || type === undefined)
        throw new PanelError(404, 'not_found', 'The panel has no such file.');
      respond(req, res, 200, { ...ASSET_HEADERS, 'content-type': type }, read(`assets/${name}`));
    },
    page(req, res, subpath) {
      const [first = ''] = subpath.split('/', 1);
      const status = PAGES.some((page) => page.path === first) ? 200 : 404;
      respond(req, res, status, headers, read('index.html'));
    },
  };
}

function respond(
  req: IncomingMessage,
  res: ServerResponse,
  status: number,
  headers: Record<string, string>,
  body: Buffer,
): void {
  res.writeHead(status, { ...headers, 'content-length': body.length });
  res.end(req.method === 'HEAD' ? undefined : body);
}
