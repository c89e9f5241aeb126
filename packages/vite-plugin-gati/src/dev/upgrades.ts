import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { App } from '@gati/runtime-h3/app';
import {
  wantsHandover,
  isWebSocketHandshake,
  endWithProblem,
  reparseWithoutUpgrade,
} from '@gati/runtime-h3/internal';
import type { Connect, ResolvedConfig, ViteDevServer } from 'vite';
import { isHostAllowed } from './host-check.ts';

/**
 * Serves the app's WebSockets in Vite's server. Upgrades that no other listener may handle get the
 * same response as in production; without one, their clients would wait for ever.
 */
export function serveUpgrades(
  { httpServer, config }: ViteDevServer,
  app: App,
  ready: Promise<void>,
  checkHost: Connect.NextHandleFunction,
): void {
  // In middleware mode the HTTP server belongs to another program, which handles upgrades itself.
  if (!httpServer) return;
  const http = httpServer as Server;
  const onUpgrade = async (req: IncomingMessage, socket: Socket, head: Buffer): Promise<void> => {
    if (req.headers['sec-websocket-protocol']?.startsWith('vite-')) return;
    // The original path: a proxy of Vite rewrites `req.url`.
    const url = req.url ?? '';
    // Without a listener, an error such as a reset would end the process.
    socket.on('error', ignore);
    if (!(await isHostAllowed(checkHost, req)))
      return endWithProblem(
        socket,
        403,
        'foreign_host',
        'The host is not in `server.allowedHosts` of the Vite config.',
      );
    // The routes must be known first. Nothing reads from the socket until then. The reason of a
    // failure is logged by the code that reads the routes.
    const isReady = await ready.then(
      () => true,
      () => false,
    );
    if (app.handleNodeUpgrade(req, socket, head)) return;
    if (hasOtherListener(http, config, onUpgrade) || isProxied(config, url)) return;
    if (isWebSocketHandshake(req)) {
      if (isReady)
        return endWithProblem(socket, 404, 'not_found', 'No WebSocket route has this path.');
      return endWithProblem(socket, 500, 'internal', "The app can't be read; see the terminal.");
    }
    socket.off('error', ignore);
    if (!reparseWithoutUpgrade(http, req, socket, head))
      endWithProblem(socket, 431, 'headers_too_large');
  };
  http.on('upgrade', onUpgrade);
  parseOtherUpgrades(http, () => hasOtherListener(http, config, onUpgrade));
}

/** Makes Node treat upgrades that no listener handles as ordinary requests. */
function parseOtherUpgrades(http: Server, hasOther: () => boolean): void {
  const shouldUpgradeCallback = (req: IncomingMessage): boolean => wantsHandover(req) || hasOther();
  // Relies on: Node reads the option `shouldUpgradeCallback` from the server. Older versions ignore
  // it, and `reparseWithoutUpgrade` does the work.
  Object.assign(http, { shouldUpgradeCallback });
  http.prependListener('request', (req: IncomingMessage, res: ServerResponse) => {
    if (req.headers.upgrade !== undefined) res.shouldKeepAlive = false;
  });
}

function ignore(): void {}

/** Whether another listener, for example of a plugin, may handle this upgrade. */
function hasOtherListener(
  server: Server,
  { server: { proxy } }: ResolvedConfig,
  own: unknown,
): boolean {
  // Relies on: the name of Vite's own listener. If Vite renames it, it counts as foreign: unknown
  // sockets then wait, as in plain Vite, instead of being rejected.
  const others = server
    .listeners('upgrade')
    .filter((listener) => listener !== own && listener.name !== 'hmrServerWsListener');
  return others.length > (proxy ? 1 : 0);
}

/** Matches as Vite does: `^` starts a regular expression, other keys are prefixes of the path. */
function isProxied({ server: { proxy } }: ResolvedConfig, url: string): boolean {
  return Object.entries(proxy ?? {}).some(([context, options]) => {
    const target = typeof options === 'string' ? options : options.target;
    const proxiesSockets =
      (typeof options === 'object' && options.ws === true) || /^wss?:/.test(String(target ?? ''));
    return (
      proxiesSockets &&
      (context.startsWith('^') ? new RegExp(context).test(url) : url.startsWith(context))
    );
  });
}
