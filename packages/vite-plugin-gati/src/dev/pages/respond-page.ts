import fs from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Panel } from '@gati/devtools/server';
import type { ViteDevServer } from 'vite';
import type { PluginContext } from '../../context.ts';
import { clientBase } from '../../files/has-client.ts';
import { listRoutes } from '../../scan/list-routes.ts';
import { nearRoutes } from '../../scan/near-routes.ts';
import type { Scan } from '../../scan/types.ts';
import { PANEL_PATH } from '@gati/contract/internal';
import { PAGE_POLICY, type PageApp, printNotFoundPage, printRoutesPage } from './print-pages.ts';

/** Milliseconds that a page waits for the contracts, which have the summaries of routes. */
const CONTRACT_TIMEOUT = 1500;

export interface PageDependencies {
  server: ViteDevServer;
  context: PluginContext;
  /** The scan with all changes so far. */
  latestScan(): Scan;
  panel: Panel | undefined;
}

/**
 * Responds at the base and at the root with the list of routes, or redirects to the panel, which
 * shows it too. Responds to other paths with a 404 page.
 */
export async function respondPage(
  req: IncomingMessage & { originalUrl?: string },
  res: ServerResponse,
  { server, context, latestScan, panel }: PageDependencies,
): Promise<void> {
  const { base } = context.project.options;
  const asked = (req.originalUrl ?? req.url ?? '/').split(/[?#]/, 1)[0]!;
  const isList = [base, clientBase(server.config)].some((home) => isSamePath(asked, home));
  if (isList && panel?.isVisibleTo(req)) {
    const location = `${PANEL_PATH}/routes`;
    res.writeHead(302, { location, 'cache-control': 'no-store', 'content-length': 0 }).end();
    return;
  }
  const app = await describeApp(server, context, latestScan());
  const text = isList
    ? printRoutesPage(app)
    : printNotFoundPage(app, asked, nearRoutes(asked, app.routes, { base }));
  res.writeHead(isList ? 200 : 404, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'content-security-policy': PAGE_POLICY,
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
