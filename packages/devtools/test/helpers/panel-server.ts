import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import type { TelemetrySource } from '@gati/runtime-h3/telemetry';
import { type AppFacts, createPanel, type PanelOptions } from '../../src/server/index.ts';
import { NOW } from './records.ts';

export const FACTS: AppFacts = {
  name: 'shop',
  version: '1.0.0',
  mode: 'development',
  base: '/api',
  routes: [
    {
      id: 'GET /orders/:id',
      method: 'GET',
      path: '/api/orders/:id',
      domain: 'orders',
      name: 'orders.get',
      file: 'src/handlers/orders/get.ts',
      contract: {
        id: 'GET /orders/:id',
        method: 'GET',
        path: '/orders/:id',
        domain: 'orders',
        name: ['orders', 'get'],
        file: 'src/handlers/orders/get.ts',
        summary: 'Returns an order.',
        params: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
        responses: {
          '200': { schema: { $ref: '#/$defs/Order' }, contentType: 'application/json' },
        },
      },
    },
  ],
  effects: [],
  modules: [],
  $defs: {
    Order: {
      type: 'object',
      properties: { id: { type: 'string', format: 'uuid' }, total: { type: 'integer' } },
      required: ['id', 'total'],
    },
  },
};

export interface PanelServer {
  url: string;
  /** Sends a request with a path that no URL parser has changed. */
  get(
    path: string,
    options?: { method?: string; headers?: Record<string, string>; body?: unknown },
  ): Promise<{ status: number; headers: http.IncomingHttpHeaders; text: string }>;
  /** Sends JSON as the pages do; `headers` replaces what they send. */
  post(
    path: string,
    body: unknown,
    headers?: Record<string, string | undefined>,
  ): ReturnType<PanelServer['get']>;
  /** The code that the terminal would show. */
  readonly code: string | undefined;
  close(): Promise<void>;
}

/** Serves the panel with pages of a temporary folder; other paths get 418. */
export async function startPanel(
  source: TelemetrySource | undefined,
  { host = '127.0.0.1', ...options }: { host?: string } & Partial<PanelOptions> = {},
): Promise<PanelServer> {
  const outside = temporaryFolder('panel');
  const folder = path.join(outside, 'app');
  fs.mkdirSync(path.join(folder, 'assets'), { recursive: true });
  fs.writeFileSync(path.join(outside, 'secret.js'), 'secret');
  fs.writeFileSync(path.join(folder, 'index.html'), '<!doctype html><title>Panel</title>');
  fs.writeFileSync(path.join(folder, 'assets/main-1a2b.js'), 'export {};');
  fs.symlinkSync(path.join(outside, 'secret.js'), path.join(folder, 'assets/link.js'));
  const panel = createPanel({ source, app: () => FACTS, now: () => NOW, folder, ...options });
  const server = http.createServer((req, res) => {
    if (!panel.handle(req, res, req.url ?? '')) res.writeHead(418).end();
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  const get: PanelServer['get'] = (target, { method = 'GET', headers = {}, body } = {}) =>
    new Promise((resolve, reject) => {
      const request = http.request({ host, port, path: target, method, headers }, (res) => {
        let text = '';
        res.setEncoding('utf8').on('data', (part: string) => (text += part));
        res.on('end', () => resolve({ status: res.statusCode!, headers: res.headers, text }));
      });
      request.on('error', reject).end(body as string | undefined);
    });
  const origin = `http://127.0.0.1:${port}`;
  return {
    url: origin,
    get,
    post(target, body, given = {}) {
      const headers = {
        origin,
        'content-type': 'application/json',
        'x-gati-panel': '1',
        ...given,
      };
      return get(target, {
        method: 'POST',
        headers: Object.fromEntries(
          Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined),
        ),
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
    },
    get code() {
      return panel.code;
    },
    async close() {
      panel.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
