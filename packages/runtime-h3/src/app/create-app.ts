import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { H3 } from 'h3';
import { routeMetrics } from '../telemetry/record/route-stats.ts';
import { AppState } from './app-state.ts';
import { NodeExchange } from './adapters/node-exchange.ts';
import type { App, AppOptions } from './options.ts';
import { expire, serve } from './pipeline.ts';
import { NodeUpgrades } from './websocket/node-upgrades.ts';

/**
 * Creates the app behind a server. It opens no port: pass it requests.
 *
 * @throws {TypeError} when `trustProxy` has an invalid address
 * @example
 * const app = createApp({
 *   releases: () => served,
 *   context: () => gctx,
 *   mode: 'production',
 *   logger: createJsonLogger(),
 * });
 * http.createServer((req, res) => app.handleNodeRequest(req, res)).listen(3000);
 */
export function createApp(options: AppOptions): App {
  const app = new AppState(options, expire);
  const upgrades = new NodeUpgrades(app);
  // The first `fetch` loads h3, which requests of Node don't need.
  const loadWeb = async (): Promise<H3> => (await import('./create-web-app.ts')).createWebApp(app);
  let web: Promise<H3> | undefined;
  const endStreams = (): void => {
    for (const call of app.inflight.all())
      if (call.isEvents) void Promise.resolve(call.stream?.return?.()).catch(() => undefined);
  };
  return {
    handleNodeRequest(req: IncomingMessage, res: ServerResponse, next?: () => void): void {
      serve(app, new NodeExchange(req, res, app), next);
    },
    async fetch(request: Request): Promise<Response> {
      return (await (web ??= loadWeb())).fetch(request);
    },
    handleNodeUpgrade: (req: IncomingMessage, socket: Duplex, head: Buffer) =>
      upgrades.upgrade(req, socket, head),
    get inflight() {
      return app.inflight.size;
    },
    metrics() {
      app.recorder.addExemplars();
      return routeMetrics(app.stats.values());
    },
    socketMetrics: () => app.openSockets?.stats.metrics() ?? [],
    routes: () => app.routes(),
    releaseUsage: (release) => app.usage(release),
    spans: (limit) => app.recorder.spans(limit),
    async drain() {
      app.draining = true;
      app.openSockets?.close(1012, 'Service Restart');
      endStreams();
      await app.idle();
      app.recorder.flush();
    },
    async close() {
      app.draining = true;
      app.openSockets?.close(1012, 'Service Restart');
      endStreams();
      for (const call of app.inflight.all())
        call.abort(new DOMException('The process ends.', 'AbortError'));
      app.inflight.stop();
      app.recorder.flush();
    },
  };
}
