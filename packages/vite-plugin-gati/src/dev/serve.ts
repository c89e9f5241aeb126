import fs from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { type App, createApp, onlyRelease } from '@gati/runtime-h3/app';
import { wantsPage, writeProblem } from '@gati/runtime-h3/internal';
import { createTextLogger } from '@gati/runtime-h3/telemetry';
import type { Connect, ViteDevServer } from 'vite';
import type { ResolvedOptions } from '../options.ts';
import type { DevApp } from './dev-app.ts';
import { toDiagnostic } from './diagnose-error.ts';
import { serveUpgrades } from './upgrades.ts';

/** The app behind Vite's server: own routes first, what they don't take is Vite's. `ready` settles when the routes are known. */
export function serveApp(
  server: ViteDevServer,
  host: DevApp,
  options: ResolvedOptions,
  ready: Promise<void>,
): App {
  const { root } = server.config;
  const app = createApp({
    mode: 'development',
    base: options.base,
    cors: options.cors,
    logger: createTextLogger(),
    limits: options.limits,
    releases: () => onlyRelease(host.release()),
    context: async (release) => (await host.context(release)).gctx,
    onError(error) {
      const { message, file, line, frame } = toDiagnostic(error, root);
      return {
        detail: message,
        ...plainStack(error),
        ...(file === undefined ? {} : { file, line }),
        ...(frame === undefined ? {} : { frame }),
      };
    },
  });

  const hasClient = (): boolean => fs.existsSync(path.join(root, 'index.html'));

  const handle: Connect.NextHandleFunction = (req, res, next) => {
    // A page is the client's, where there is one: the same path may be a page and a route.
    if (wantsPage(req, options.base) && hasClient()) return next();
    ready.then(() => app.handleNodeRequest(req, res, next), next);
  };
  server.middlewares.use(handle);

  // Vite's CORS would end every OPTIONS before a route of that method, or `Allow`, is thought of.
  server.middlewares.stack.unshift({
    route: '',
    handle: ((req, res, next) =>
      req.method === 'OPTIONS'
        ? handle(req, res, next)
        : next()) satisfies Connect.NextHandleFunction,
  });

  serveUpgrades(server, app, ready);
  return app;
}

/** A compiler colours its words for a terminal; an answer is read elsewhere. */
function plainStack(error: unknown): { stack?: string } {
  return error instanceof Error && typeof error.stack === 'string'
    ? { stack: stripVTControlCharacters(error.stack) }
    : {};
}

/** For what nobody took: a document is Vite's page, anything else is told what it is in production. */
export function respondNotFound(server: ViteDevServer, base: string | undefined): void {
  server.middlewares.use((req, res, next) => {
    const isPage =
      req.originalUrl !== undefined && /^[^?#]*(?:\/|\.html)(?:[?#]|$)/.test(req.originalUrl);
    if (wantsPage(req, base) || isPage) return next();
    writeProblem(res, 404, 'not_found', { detail: 'No route has this path.' });
  });
}
