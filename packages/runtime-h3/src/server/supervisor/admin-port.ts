import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type ControlClient, isControlUrl, toControlRequest } from '../channel/control.ts';
import { type ControlProxy, createControlProxy } from '../channel/control-proxy.ts';
import type { Duplex } from 'node:stream';
import type { PrintedMetrics } from '../../telemetry/export/print-metrics.ts';
import type { Logger } from '../../types/context.ts';
import { localHosts } from '../local-hosts.ts';
import { listenError } from './listener.ts';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/;

/** Limits of the port, which few clients use. Times are milliseconds. */
const MAX_CONNECTIONS = 256;
const HEAD_TIMEOUT = 10_000;
const REQUEST_TIMEOUT = 30_000;

export interface AdminPortOptions {
  host: string;
  /** 0: the system chooses a free port. */
  port: number;
  /**
   * Value of `GATI_PANEL_ORIGIN`. If it is set, a proxy in front of this port may change `Host`.
   */
  origin: string | undefined;
  /** Socket on which the collector serves the panel. Absent without a panel. */
  control: string | undefined;
  metrics(accept: string | undefined): Promise<PrintedMetrics>;
  logger: Logger;
}

/**
 * Opens the port for `/metrics` and the panel in the supervisor, so that it responds even if no worker does.
 *
 * @throws {GatiError} GATI_PORT_TAKEN, GATI_LISTEN when the port can't be opened
 */
export async function openAdminPort(options: AdminPortOptions): Promise<Server> {
  const { host, port, control, logger } = options;
  const proxy = control === undefined ? undefined : createControlProxy(control);
  const server = createServer(
    { headersTimeout: HEAD_TIMEOUT, requestTimeout: REQUEST_TIMEOUT },
    (req, res) => {
      toControlRequest(req);
      if (proxy && isControlUrl(req.url!)) return proxy.request(req, res, clientOf(req));
      respond(req, res, options).catch((error: unknown) => {
        logger.error('the admin port failed', { error });
        if (res.headersSent) res.destroy();
        else send(res, 500, 'text/plain; charset=utf-8', 'error\n');
      });
    },
  );
  if (proxy) server.on('upgrade', (req, socket, head) => passUpgrade(proxy, req, socket, head));
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(listenError(error, { host, port, variables: ['GATI_ADMIN_HOST', 'GATI_ADMIN_PORT'] })),
    );
    server.listen({ host, port }, resolve);
  });
  server.on('error', (error) => logger.error('the admin port failed', { error }));
  return server;
}

function passUpgrade(
  proxy: ControlProxy,
  req: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  socket.on('error', () => socket.destroy());
  toControlRequest(req);
  if (isControlUrl(req.url!)) proxy.upgrade(req, socket, head, clientOf(req));
  else socket.destroy();
}

const clientOf = ({ socket }: IncomingMessage): ControlClient => ({
  address: socket.remoteAddress ?? '',
  secure: false,
});

/**
 * Whether `/metrics` may respond to the `Host` of a request. On loopback only names of this machine
 * count, so that no page of a site that has rebound its name reads the metrics. On other addresses,
 * programs of the network read them under any name.
 */
function isOwnHost({ socket, headers }: IncomingMessage, options: AdminPortOptions): boolean {
  if (options.origin !== undefined || !LOOPBACK.test(options.host)) return true;
  return localHosts(socket.localPort ?? 0).includes(headers.host?.toLowerCase() ?? '');
}

async function respond(
  req: IncomingMessage,
  res: ServerResponse,
  options: AdminPortOptions,
): Promise<void> {
  const isRead = req.method === 'GET' || req.method === 'HEAD';
  if (req.url !== '/metrics' || !isRead)
    return send(
      res,
      404,
      'text/plain; charset=utf-8',
      'This port serves only /metrics and the panel.\n',
    );
  if (!isOwnHost(req, options)) return send(res, 403, 'text/plain; charset=utf-8', FOREIGN_HOST);
  const { type, text } = await options.metrics(req.headers.accept);
  send(res, 200, type, text);
}

const FOREIGN_HOST =
  'This port responds to localhost only. To open it elsewhere, set GATI_ADMIN_HOST or GATI_PANEL_ORIGIN.\n';

function send(res: ServerResponse, status: number, type: string, body: string): void {
  res.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    vary: 'Accept',
    'x-content-type-options': 'nosniff',
  });
  res.end(body);
}
