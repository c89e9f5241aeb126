import fs from 'node:fs';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { wantsPage, writeProblem } from '@gati/runtime-h3/internal';
import type { Panel } from '@gati/devtools/server';
import type { Connect } from 'vite';
import { clientBase, hasIndexPage } from '../files/has-client.ts';
import type { PageDependencies } from './pages/respond-page.ts';
import type { RequestLog } from './request-log.ts';

type Request = IncomingMessage & { originalUrl?: string };

interface UnmatchedDependencies extends Omit<PageDependencies, 'panel'> {
  log: RequestLog | undefined;
  /** The panel, once it is loaded; `undefined` without one. */
  panel(): Promise<Panel | undefined> | undefined;
}

/**
 * Responds to requests that neither the app nor Vite handled. A browser gets a page: the list of
 * routes at the base, else a 404 with similar routes. Programs get a 404 problem. Requests of the
 * app's own pages go on to Vite.
 */
export function respondUnmatched(dependencies: UnmatchedDependencies): Connect.NextHandleFunction {
  const { server, context, log } = dependencies;
  const { config } = server;
  return (req, res, next) => {
    const { base } = context.project.options;
    const isPage =
      wantsPage(req, base, clientBase(config)) ||
      /^[^?#]*(?:\/|\.html)(?:[?#]|$)/.test(req.originalUrl ?? '');
    if (isPage && (hasIndexPage(config.root) || isHtmlFile(req, config.root))) return next();
    log?.begin(req, res);
    if (!readsHtml(req))
      return writeProblem(res, 404, 'not_found', { detail: 'No route has this path.' });
    // Loaded late: most servers never show a page.
    void Promise.all([import('./pages/respond-page.ts'), dependencies.panel()])
      .then(([{ respondPage }, panel]) => respondPage(req, res, { ...dependencies, panel }))
      .catch(next);
  };
}

/** Whether a browser shows the response. Some programs send only a part of a browser's headers. */
const readsHtml = (req: Request): boolean =>
  wantsPage(req, '') && /\btext\/html\b/i.test(req.headers.accept ?? '');

/** Whether Vite has found a page other than the index page. */
const isHtmlFile = ({ url = '' }: Request, root: string): boolean => {
  const file = url.split(/[?#]/, 1)[0]!;
  return file.endsWith('.html') && fs.existsSync(path.join(root, file));
};
