import fs from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { wantsPage, writeProblem } from '@gati/runtime-h3/internal';
import type { Connect, ViteDevServer } from 'vite';
import type { PluginContext } from '../context.ts';
import { clientBase, hasIndexPage } from '../files/has-client.ts';
import { listRoutes } from '../scan/list-routes.ts';
import { nearRoutes } from '../scan/near-routes.ts';
import type { Scan } from '../scan/types.ts';
import type { PageApp } from './pages/print-pages.ts';
import type { RequestLog } from './request-log.ts';

/** Milliseconds that a page waits for the contracts, which have the summaries of routes. */
const CONTRACT_TIMEOUT = 1500;

type Request = IncomingMessage & { originalUrl?: string };

interface UnmatchedDependencies {
  server: ViteDevServer;
  context: PluginContext;
  /** The scan with all changes so far. */
  latestScan(): Scan;
  log: RequestLog | undefined;
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
    void respondPage(req, res, dependencies).catch(next);
  };
}

/** Whether a browser shows the response, and not only a program that sends its headers. */
const readsHtml = (req: Request): boolean =>
  wantsPage(req, '') && /\btext\/html\b/i.test(req.headers.accept ?? '');

/** Whether Vite has found a page other than the index page. */
const isHtmlFile = ({ url = '' }: Request, root: string): boolean => {
  const file = url.split(/[?#]/, 1)[0]!;
  return file.endsWith('.html') && fs.existsSync(path.join(root, file));
};

async function respondPage(
  req: Request,
  res: ServerResponse,
  { server, context, latestScan }: UnmatchedDependencies,
): Promise<void> {
  const pages = await import('./pages/print-pages.ts');
  const { base } = context.project.options;
  const asked = (req.originalUrl ?? req.url ?? '/').split(/[?#]/, 1)[0]!;
  const isList = [base, clientBase(server.config)].some((home) => isSamePath(asked, home));
  const app = await describeApp(server, context, latestScan());
  const text = isList
    ? pages.printRoutesPage(app)
    : pages.printNotFoundPage(app, asked, nearRoutes(asked, app.routes, { base }));
  res.writeHead(isList ? 200 : 404, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'content-security-policy': pages.PAGE_POLICY,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  res.end(req.method === 'HEAD' ? undefined : text);
}

const isSamePath = (a: string, b: string): boolean =>
  a.replace(/\/+$/, '') === b.replace(/\/+$/, '');

async function describeApp(
  { config }: ViteDevServer,
  context: PluginContext,
  scan: Scan,
): Promise<PageApp> {
  const { app, options } = context.project;
  const contract = await Promise.race([
    context.analysis().then(({ contract }) => contract.routes),
    delay(CONTRACT_TIMEOUT, []),
  ]).catch(() => []);
  const byId = new Map(contract.map((route) => [route.id, route]));
  const openapi = '.gati/openapi.json';
  return {
    ...app,
    base: options.base,
    routes: listRoutes(scan, options.base).map((route) => {
      const { summary, deprecated } = byId.get(route.id) ?? {};
      return { ...route, summary, deprecated: Boolean(deprecated) };
    }),
    effects: scan.effects.length,
    migrated: scan.versions.map(({ from }) => from),
    ...(fs.existsSync(path.join(config.root, openapi))
      ? { openapi: `${clientBase(config)}${openapi}` }
      : {}),
  };
}
