import { stripVTControlCharacters } from 'node:util';
import { type App, createApp, onlyRelease } from '@gati/runtime-h3/app';
import { wantsPage, writeProblem } from '@gati/runtime-h3/internal';
import { createTextLogger } from '@gati/runtime-h3/telemetry';
import type { Connect, ViteDevServer } from 'vite';
import { clientBase, hasIndexPage } from '../files/has-client.ts';
import type { ResolvedOptions } from '../options.ts';
import type { DevApp } from './dev-app.ts';
import { diagnoseError } from './diagnose-error.ts';
import { hostCheck } from './host-check.ts';
import { serveUpgrades } from './upgrades.ts';

/**
 * Serves the app in Vite's server. Routes of the app come first; Vite handles other requests.
 *
 * @param ready settles when the routes are known
 */
export function serveApp(
  server: ViteDevServer,
  devApp: DevApp,
  options: ResolvedOptions,
  ready: Promise<void>,
): App {
  const { root } = server.config;
  const pages = clientBase(server.config);
  const app = createApp({
    mode: 'development',
    base: options.base,
    pages: options.base === '' && hasIndexPage(root),
    cors: options.cors,
    logger: createTextLogger(),
    limits: options.limits,
    releases: () => onlyRelease(devApp.release()),
    context: async (release) => (await devApp.context(release)).gctx,
    onError(error) {
      const { message, file, line, frame } = diagnoseError(error, root);
      return {
        detail: message,
        ...plainStack(error),
        ...(file === undefined ? {} : { file, line }),
        ...(frame === undefined ? {} : { frame }),
      };
    },
  });

  const handle: Connect.NextHandleFunction = (req, res, next) => {
    // A path may be a route and a page. If there is a client, a browser gets the page.
    if (wantsPage(req, options.base, pages) && hasIndexPage(root)) return next();
    ready.then(() => app.handleNodeRequest(req, res, next), next);
  };
  server.middlewares.use(handle);

  const checkHost = hostCheck(server);
  // Relies on: connect runs `middlewares.stack` in order. Vite's own CORS middleware is in it
  // already and would respond to every OPTIONS request, even if the app has a route for it.
  server.middlewares.stack.unshift({
    route: '',
    handle: ((req, res, next) =>
      req.method === 'OPTIONS'
        ? checkHost(req, res, () => handle(req, res, next))
        : next()) satisfies Connect.NextHandleFunction,
  });

  serveUpgrades(server, app, ready, checkHost);
  return app;
}

/** Returns the stack without the colours that a compiler adds for a terminal. */
function plainStack(error: unknown): { stack?: string } {
  return error instanceof Error && typeof error.stack === 'string'
    ? { stack: stripVTControlCharacters(error.stack) }
    : {};
}

/** Responds 404 to requests that neither the app nor Vite handled, except for requests of pages. */
export function respondNotFound(server: ViteDevServer, base: string | undefined): void {
  server.middlewares.use((req, res, next) => {
    const isPage =
      req.originalUrl !== undefined && /^[^?#]*(?:\/|\.html)(?:[?#]|$)/.test(req.originalUrl);
    if (wantsPage(req, base, clientBase(server.config)) || isPage) return next();
    writeProblem(res, 404, 'not_found', { detail: 'No route has this path.' });
  });
}
