import { stripVTControlCharacters } from 'node:util';
import { type App, createApp, onlyRelease } from '@gati/runtime-h3/app';
import { toAppFrames, wantsPage } from '@gati/runtime-h3/internal';
import type { Logger } from '@gati/runtime-h3';
import type { Connect, ViteDevServer } from 'vite';
import { clientBase, hasIndexPage } from '../files/has-client.ts';
import type { ResolvedOptions } from '../options.ts';
import type { DevApp } from './dev-app.ts';
import { diagnoseError } from './diagnose-error.ts';
import { hostCheck } from './host-check.ts';
import type { DevTelemetry } from './panel/dev-telemetry.ts';
import type { RequestLog } from './request-log.ts';
import { serveUpgrades } from './upgrades.ts';

export interface ServeSettings {
  options: ResolvedOptions;
  /** Settles when the routes are known. */
  ready: Promise<void>;
  /** Absent if requests are not logged. */
  log: RequestLog | undefined;
  /** Responds to requests below the base that no route matches, if Vite can't have a file for them. */
  unmatched: Connect.NextHandleFunction;
  logger: Logger;
  /** Absent if nothing is collected. */
  telemetry: DevTelemetry | undefined;
}

/** Serves the app in Vite's server. Routes of the app come first; Vite handles other requests. */
export function serveApp(
  server: ViteDevServer,
  devApp: DevApp,
  { options, ready, log, unmatched, logger, telemetry }: ServeSettings,
): App {
  const { root } = server.config;
  const pages = clientBase(server.config);
  const app = createApp({
    mode: 'development',
    base: options.base,
    pages: options.base === '' && hasIndexPage(root),
    cors: options.cors,
    logger,
    ...(telemetry && { log: telemetry.write, tracer: telemetry.tracer }),
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

  const isOutsideOfVite = ({ url = '' }: Connect.IncomingMessage): boolean =>
    options.base !== '' &&
    !server.config.server.proxy &&
    isBelow(url, options.base) &&
    !isBelow(url, pages.replace(/\/$/, ''));

  const handle: Connect.NextHandleFunction = (req, res, next) => {
    // A path may be a route and a page. If there is a client, a browser gets the page.
    if (wantsPage(req, options.base, pages) && hasIndexPage(root)) return next();
    const leave = log?.begin(req, res);
    const leaveToVite: Connect.NextFunction = (error) => {
      leave?.();
      // Vite responds to each path outside of its base, with a hint.
      if (error === undefined && isOutsideOfVite(req)) return unmatched(req, res, next);
      next(error);
    };
    ready.then(() => app.handleNodeRequest(req, res, leaveToVite), leaveToVite);
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

const isBelow = (url: string, base: string): boolean =>
  url.startsWith(base) && /^(?:[/?]|$)/.test(url.slice(base.length));

/** Returns the frames of the app, without the colours that a compiler adds for a terminal. */
function plainStack(error: unknown): { stack?: string } {
  return error instanceof Error && typeof error.stack === 'string'
    ? { stack: toAppFrames(stripVTControlCharacters(error.stack)) }
    : {};
}
