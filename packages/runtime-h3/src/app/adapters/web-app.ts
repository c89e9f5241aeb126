import type { Hooks } from 'crossws';
import { defineWebSocketHandler, H3 } from 'h3';
import { IncomingRequest } from '../request/incoming.ts';
import type { AppState } from '../app-state.ts';
import { acceptSocket, isSocketRoute } from '../websocket/handshake.ts';
import { serve } from '../pipeline.ts';
import { WebSocketHooks } from '../websocket/hooks.ts';
import { WebExchange } from './web-exchange.ts';

/**
 * The app on h3, for platforms that speak `fetch`. WebSocket routes go through crossws: srvx's servers open them with its plugin
 * (`crossws/server/*`), and everywhere else an upgrade is answered 426.
 */
export function createWebApp(app: AppState, events: WebSocketHooks): H3 {
  // A malformed path is the pipeline's to refuse.
  const h3 = new H3({ silent: true, allowMalformedURL: true });
  const http = (event: { req: Request }): Promise<Response> => {
    const exchange = new WebExchange(event.req);
    serve(app, exchange, undefined);
    return exchange.response;
  };
  return h3.all(
    '/**',
    defineWebSocketHandler((event) => toHooks(app, events, event.req), http),
  );
}

function toHooks(app: AppState, events: WebSocketHooks, request: Request): Partial<Hooks> {
  return {
    ...events.hooks,
    async upgrade() {
      const exchange = new WebExchange(request);
      const incoming = new IncomingRequest(app, exchange, undefined);
      if (!isSocketRoute(incoming)) return new Response(null, { status: 404 });
      const call = await acceptSocket(incoming);
      return call !== undefined
        ? { context: { call }, namespace: WebSocketHooks.namespace }
        : exchange.response;
    },
  };
}
