import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { App } from '@gati/runtime-h3/app';
import {
  wantsHandover,
  isWebSocketHandshake,
  endWithProblem,
  reparseWithoutUpgrade,
} from '@gati/runtime-h3/internal';
import type { ResolvedConfig, ViteDevServer } from 'vite';

/** The app's WebSockets in Vite's server. What nobody else may take is answered as in production; without that it would wait for ever. */
export function serveUpgrades(
  { httpServer, config }: ViteDevServer,
  app: App,
  ready: Promise<void>,
): void {
  // Without a server of its own Vite is a part of somebody else's, who knows what else there is.
  if (!httpServer) return;
  const http = httpServer as Server;
  const onUpgrade = async (req: IncomingMessage, socket: Socket, head: Buffer): Promise<void> => {
    if (req.headers['sec-websocket-protocol']?.startsWith('vite-')) return;
    // As it came: a proxy of Vite writes another path into the request.
    const url = req.url ?? '';
    // An error that nobody hears, for example a reset, would end the process.
    socket.on('error', ignore);
    // Whose path it is, is known when the routes are; until then nobody reads from the socket. Why they are not is told where they are read.
    const isReady = await ready.then(
      () => true,
      () => false,
    );
    if (app.handleNodeUpgrade(req, socket, head)) return;
    if (hasOtherListener(http, config, onUpgrade) || isProxied(config, url)) return;
    if (isWebSocketHandshake(req)) {
      if (isReady)
        return endWithProblem(socket, 404, 'not_found', 'No WebSocket route has this path.');
      return endWithProblem(
        socket,
        500,
        'internal',
        "The app can't be read; the terminal says why.",
      );
    }
    socket.off('error', ignore);
    if (!reparseWithoutUpgrade(http, req, socket, head))
      endWithProblem(socket, 431, 'headers_too_large');
  };
  http.on('upgrade', onUpgrade);
  leaveBodies(http, () => hasOtherListener(http, config, onUpgrade));
}

/** What is not handed over is parsed and answered as any request. */
function leaveBodies(http: Server, hasOther: () => boolean): void {
  const shouldUpgradeCallback = (req: IncomingMessage): boolean => wantsHandover(req) || hasOther();
  Object.assign(http, { shouldUpgradeCallback });
  http.prependListener('request', (req: IncomingMessage, res: ServerResponse) => {
    if (req.headers.upgrade !== undefined) res.shouldKeepAlive = false;
  });
}

function ignore(): void {}

/** Whether somebody else, for example another plugin, takes WebSockets too. Which ones, only they know. */
function hasOtherListener(
  server: Server,
  { server: { proxy } }: ResolvedConfig,
  own: unknown,
): boolean {
  // A name that Vite changes makes its listener a stranger's, so that sockets wait as in any Vite server, and none is refused wrongly.
  const others = server
    .listeners('upgrade')
    .filter((listener) => listener !== own && listener.name !== 'hmrServerWsListener');
  return others.length > (proxy ? 1 : 0);
}

/** As Vite chooses: `^` begins a pattern, anything else is how a path begins. */
function isProxied({ server: { proxy } }: ResolvedConfig, url: string): boolean {
  return Object.entries(proxy ?? {}).some(([context, options]) => {
    const target = typeof options === 'string' ? options : options.target;
    const takesSockets =
      (typeof options === 'object' && options.ws === true) || /^wss?:/.test(String(target ?? ''));
    return (
      takesSockets &&
      (context.startsWith('^') ? new RegExp(context).test(url) : url.startsWith(context))
    );
  });
}
