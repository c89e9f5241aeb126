import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { hasBody } from '../../app/adapters/node-exchange.ts';
import { writeProblem } from '../../app/response/problem.ts';
import type { DrainState } from '../http/compression.ts';
import { IdleConnections } from './idle-connections.ts';
import { endWithProblem } from '../http/raw-problem.ts';
import {
  wantsHandover,
  isWebSocketHandshake,
  reparseWithoutUpgrade,
} from '../http/upgrade-replay.ts';

export interface HttpServer {
  /** Takes a connection that the supervisor accepted. */
  addConnection(socket: Socket): void;
  /** Each answer from now on is the last of its connection. */
  startDraining(): void;
  /** Resolves when no connection is left. */
  whenEmpty(): Promise<void>;
  destroy(): void;
}

export interface HttpServerHooks {
  state: DrainState;
  onRequest(req: IncomingMessage, res: ServerResponse): void;
  /** `false`: the upgrade is nobody's. */
  onUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): boolean;
}

/** How long a connection may wait for its next request. Milliseconds. */
const KEEP_ALIVE = 5000;

/** Its types don't know it yet. */
const UPGRADE_CALLBACK = { shouldUpgradeCallback: wantsHandover } as ServerOptions;

/** Node's HTTP server without a port of its own, with limits on slow clients. */
export function createHttpServer({ state, onRequest, onUpgrade }: HttpServerHooks): HttpServer {
  const sockets = new Set<Socket>();
  const idle = new IdleConnections(KEEP_ALIVE);
  let onEmpty: (() => void)[] = [];
  const server: Server = createServer(
    {
      // With Node's 30 s a limit of 15 s acts after up to 45.
      connectionsCheckingInterval: 1000,
      headersTimeout: 15_000,
      requestTimeout: 45_000,
      keepAliveTimeout: KEEP_ALIVE,
      // Node's own refusal has no body.
      requireHostHeader: false,
      ...UPGRADE_CALLBACK,
    },
    (req, res) => {
      const { upgrade, host } = req.headers;
      if (upgrade !== undefined) res.shouldKeepAlive = false;
      idle.noteRequest(req);
      // Node lets flow after the answer what nobody asked for, a twentieth of a bare request for an `end` that nobody hears.
      if (!hasBody(req)) req.read(0);
      if (host !== undefined || hasHost(req)) onRequest(req, res);
      else
        writeProblem(res, 400, 'bad_request', { detail: 'The request has no Host.' }, [
          'connection',
          'close',
        ]);
    },
  );
  server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!isWebSocketHandshake(req) && reparseWithoutUpgrade(server, req, socket as Socket, head))
      return;
    socket.on('error', () => socket.destroy());
    if (!isWebSocketHandshake(req)) endWithProblem(socket, 431, 'headers_too_large');
    else if (!hasHost(req)) endWithProblem(socket, 400, 'bad_request');
    else if (!onUpgrade(req, socket, head)) endWithProblem(socket, 404, 'not_found');
  });
  server.on('clientError', rejectMalformed);
  server.on('checkExpectation', (req: IncomingMessage, res: ServerResponse) =>
    endWithProblem(res.socket ?? req.socket, 417, 'expectation_failed'),
  );
  // Only a proxy makes tunnels.
  server.on('connect', (_req: IncomingMessage, socket: Duplex) =>
    endWithProblem(socket, 405, 'method_not_allowed'),
  );
  // The server listens on nothing, so this starts its check for slow connections (`connectionsCheckingInterval`).
  server.emit('listening');

  return {
    addConnection(socket) {
      sockets.add(socket);
      socket.once('close', () => {
        sockets.delete(socket);
        if (sockets.size > 0) return;
        for (const wake of onEmpty) wake();
        onEmpty = [];
      });
      // As the sockets that Node's HTTP server accepts itself: it is told of a closed half, and decides.
      socket.allowHalfOpen = true;
      idle.watch(socket);
      server.emit('connection', socket);
    },
    startDraining() {
      state.draining = true;
    },
    whenEmpty: () =>
      new Promise((resolve) => {
        if (sockets.size === 0) resolve();
        else onEmpty.push(resolve);
      }),
    destroy() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** RFC 9112, section 3.2. */
function hasHost({ headers, httpVersion }: IncomingMessage): boolean {
  return headers.host !== undefined || httpVersion !== '1.1';
}

function rejectMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  // oxlint-disable-next-line no-underscore-dangle -- Node has no public name for the answer that a socket is about
  const answer = (socket as Duplex & { _httpMessage?: ServerResponse })._httpMessage;
  // Nobody reads any more, or half an answer is out already.
  if (error.code === 'ECONNRESET' || !socket.writable || answer?.headersSent)
    return void socket.destroy();
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') endWithProblem(socket, 408, 'request_timeout');
  else if (error.code === 'HPE_HEADER_OVERFLOW') endWithProblem(socket, 431, 'headers_too_large');
  else if (error.code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW')
    endWithProblem(socket, 413, 'chunk_extensions_too_large');
  else endWithProblem(socket, 400, 'bad_request');
}
