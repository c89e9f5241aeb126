import type { Hooks } from 'crossws';
import { defineWebSocketHandler, H3 } from 'h3';
import { IncomingRequest } from './request/incoming.ts';
import { EVERY_RESPONSE, toPairs } from './response/headers.ts';
import type { AppState } from './app-state.ts';
import { acceptSocket } from './websocket/handshake.ts';
import { isSocketRoute } from './websocket/is-socket-route.ts';
import { serve } from './pipeline.ts';
import { WebSocketHooks } from './websocket/hooks.ts';
import { WebExchange } from './adapters/web-exchange.ts';

/**
 * Creates the app on h3, for platforms with the `fetch` interface. WebSocket routes go through
 * crossws: srvx's servers open them with its plugin (`crossws/server/*`). On any other platform the
 * client gets 426.
 */
export function createWebApp(app: AppState): H3 {
  const hooks = WebSocketHooks.of(app);
  const h3 = new H3({
    silent: true,
    // The pipeline rejects a malformed path itself.
    allowMalformedURL: true,
    onError: (_error, event) => setEveryHeader(event.res.errHeaders),
  });
  const openSocket = defineWebSocketHandler((event) => toHooks(app, hooks, event.req));
  return h3.all('/**', (event) => {
    if (event.req.headers.get('upgrade')?.toLowerCase() !== 'websocket')
      return respond(app, event.req);
    const response = openSocket(event) as Response;
    setEveryHeader(response.headers);
    return response;
  });
}

function respond(app: AppState, request: Request): Promise<Response> {
  const exchange = new WebExchange(request, app.bodies);
  serve(app, exchange, undefined);
  return exchange.response;
}

function setEveryHeader(headers: Headers): void {
  for (const [name, value] of toPairs(EVERY_RESPONSE)) headers.set(name, value);
}

function toHooks(app: AppState, events: WebSocketHooks, request: Request): Partial<Hooks> {
  const headers = toPairs(EVERY_RESPONSE);
  return {
    ...events.hooks,
    async upgrade() {
      const exchange = new WebExchange(request, app.bodies);
      const incoming = new IncomingRequest(app, exchange, undefined);
      if (!isSocketRoute(incoming)) return new Response(null, { status: 404, headers });
      const call = await acceptSocket(incoming);
      return call !== undefined
        ? { context: { call }, headers, namespace: WebSocketHooks.namespace }
        : exchange.response;
    },
  };
}
