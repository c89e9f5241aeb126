import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { H3 } from 'h3';
import { toMetrics } from '../telemetry/stats.ts';
import { Core } from './app-state.ts';
import { NodeExchange } from './adapters/node-exchange.ts';
import type { App, AppOptions } from './options.ts';
import { expire, serve } from './pipeline.ts';
import { SocketEvents } from './websocket/hooks.ts';
import { Sockets } from './websocket/node-upgrade.ts';

export function createApp(options: AppOptions): App {
  const core = new Core(options, expire);
  const events = new SocketEvents(core);
  const sockets = new Sockets(core, events);
  // h3 is loaded by the first `fetch`: Node's own way does without it.
  const loadWeb = async (): Promise<H3> =>
    (await import('./adapters/web-app.ts')).createWebApp(core, events);
  let web: Promise<H3> | undefined;
  const endStreams = (): void => {
    for (const call of core.inflight.all())
      if (call.isEvents) void Promise.resolve(call.source?.return?.()).catch(() => undefined);
  };
  return {
    node(req: IncomingMessage, res: ServerResponse, next?: () => void): void {
      serve(core, new NodeExchange(req, res, core), next);
    },
    async fetch(request: Request): Promise<Response> {
      return (await (web ??= loadWeb())).fetch(request);
    },
    upgrade: (req: IncomingMessage, socket: Duplex, head: Buffer) =>
      sockets.upgrade(req, socket, head),
    get inflight() {
      return core.inflight.size;
    },
    metrics: () => toMetrics(core.stats.values()),
    usage: (release) => core.usage(release),
    spans: (limit) => core.recorder.spans(limit),
    async drain() {
      core.draining = true;
      events.close(1012, 'Service Restart');
      endStreams();
      await core.idle();
      core.recorder.flush();
    },
    async close() {
      core.draining = true;
      events.close(1012, 'Service Restart');
      endStreams();
      for (const call of core.inflight.all())
        call.abort(new DOMException('The process ends.', 'AbortError'));
      core.inflight.stop();
      core.recorder.flush();
    },
  };
}
