import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from '../../types/context.ts';
import { openOwnCluster } from '../open-own-cluster.ts';
import type { BuiltPanel, PanelHost, PanelModule } from '../../types/panel-module.ts';

/** Milliseconds between two attempts to open a panel that can't be opened. */
const RETRY_INTERVAL = 5000;
/** Maximum number of open connections of the workers. */
const MAX_CONNECTIONS = 512;

/** The panel, on a socket that only the processes of this server can connect to. */
export interface ControlServer {
  close(): void;
}

/**
 * Serves the panel, and prints its address. If the panel can't be opened, later requests try again,
 * and get a 503 until it opens.
 *
 * @param folder of the built panel
 */
export async function serveControl(
  path: string,
  folder: URL,
  host: PanelHost,
): Promise<ControlServer> {
  const module = (await import(
    /* @vite-ignore */ new URL('panel.mjs', folder).href
  )) as PanelModule;
  const panel = createOpener(async () => {
    const cluster = await openOwnCluster(folder);
    return await module.openPanel({ ...host, ...(cluster && { cluster }) });
  }, host.logger);
  const server = createServer({ requireHostHeader: false }, async (req, res) => {
    const opened = await panel.open();
    if (opened) opened.handle(req, res);
    else respondUnavailable(res);
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.on('upgrade', async (req, socket: Duplex) => {
    socket.on('error', () => socket.destroy());
    const opened = await panel.open();
    if (opened) opened.upgrade(req, socket);
    else socket.end('HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\n');
  });
  await listen(server, path);
  await panel.open();
  return {
    close() {
      panel.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

interface Opener {
  open(): Promise<BuiltPanel | undefined>;
  close(): void;
}

function createOpener(openPanel: () => Promise<BuiltPanel>, logger: Logger): Opener {
  let panel: Promise<BuiltPanel | undefined> | undefined;
  let reason = '';
  let retryAt = -Infinity;
  async function tryToOpen(): Promise<BuiltPanel | undefined> {
    try {
      const opened = await openPanel();
      printAddress(opened);
      return opened;
    } catch (error) {
      retryAt = performance.now() + RETRY_INTERVAL;
      panel = undefined;
      const message = error instanceof Error ? error.message : String(error);
      if (message !== reason) logger.warn('the panel can not be opened', { reason: message });
      reason = message;
      return undefined;
    }
  }
  return {
    open: async () =>
      performance.now() < retryAt && panel === undefined ? undefined : (panel ??= tryToOpen()),
    close: () => void panel?.then((opened) => opened?.close()),
  };
}

/** The folder has the mode 0700. The socket gets 0600 in addition. */
async function listen(server: Server, path: string): Promise<void> {
  // A killed collector leaves its socket behind.
  if (process.platform !== 'win32') rmSync(path, { force: true });
  const before = process.umask(0o177);
  server.listen(path);
  await once(server, 'listening');
  process.umask(before);
}

/** Scripts wait for exactly these fields. The line is not stored, since `setup` is a secret. */
function printAddress({ url, setup }: BuiltPanel): void {
  const line = { level: 'info', msg: 'panel', url, ...(setup !== undefined && { setup }) };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** The reason is for the log: it names paths of the server. */
function respondUnavailable(res: ServerResponse): void {
  const body = JSON.stringify({
    type: 'about:blank',
    title: 'Service Unavailable',
    status: 503,
    code: 'panel_unavailable',
    detail: 'The panel can not be opened. The log of the server says why.',
  });
  res.writeHead(503, {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'retry-after': '5',
  });
  res.end(body);
}
