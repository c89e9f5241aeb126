import type { Hooks } from 'crossws';
import { defineWebSocketHandler, H3 } from 'h3';
import { Arrival } from '../request/incoming.ts';
import type { Core } from '../app-state.ts';
import { acceptSocket, isSocketRoute } from '../websocket/handshake.ts';
import { serve } from '../pipeline.ts';
import { SocketEvents } from '../websocket/hooks.ts';
import { WebExchange } from './web-exchange.ts';

/**
 * The app on h3, for platforms that speak `fetch`. WebSocket routes go through crossws: srvx's servers open them with its plugin
 * (`crossws/server/*`), and everywhere else an upgrade is answered 426.
 */
export function createWebApp(core: Core, events: SocketEvents): H3 {
  // A malformed path is the pipeline's to refuse.
  const app = new H3({ silent: true, allowMalformedURL: true });
  const http = (event: { req: Request }): Promise<Response> => {
    const exchange = new WebExchange(event.req);
    serve(core, exchange, undefined);
    return exchange.response;
  };
  return app.all(
    '/**',
    defineWebSocketHandler((event) => toHooks(core, events, event.req), http),
  );
}

function toHooks(core: Core, events: SocketEvents, request: Request): Partial<Hooks> {
  return {
    ...events.hooks,
    async upgrade() {
      const exchange = new WebExchange(request);
      const arrival = new Arrival(core, exchange, undefined);
      if (!isSocketRoute(arrival)) return new Response(null, { status: 404 });
      const call = await acceptSocket(arrival);
      return call !== undefined
        ? { context: { call }, namespace: SocketEvents.namespace }
        : exchange.response;
    },
  };
}
