import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { deferContinue } from '../../app/adapters/expect-continue.ts';
import { hasBody } from '../../app/adapters/node-exchange.ts';
import { writeProblem } from '../http/write-problem.ts';
import type { DrainState } from '../http/drain-state.ts';
import { IdleConnections } from './idle-connections.ts';
import { endWithProblem } from '../http/raw-problem.ts';
import { headError } from '../http/request-head.ts';
import {
  wantsHandover,
  isWebSocketHandshake,
  reparseWithoutUpgrade,
} from '../http/upgrade-replay.ts';

export interface HttpServer {
  /** Serves a connection that the supervisor accepted. */
  addConnection(socket: Socket): void;
  /** Makes each response from now on the last one of its connection. */
  startDraining(): void;
  /** Resolves when there is no open connection. */
  whenEmpty(): Promise<void>;
  /** Destroys all connections. */
  destroy(): void;
}

export interface HttpServerHooks {
  state: DrainState;
  onRequest(req: IncomingMessage, res: ServerResponse): void;
  /** Returns `false` when no WebSocket route has the path; the socket is untouched then. */
  onUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): boolean;
}

/** Milliseconds that a connection may wait for its next request. */
const KEEP_ALIVE = 5000;

/** `shouldUpgradeCallback` is missing in the types of Node. */
const UPGRADE_CALLBACK = { shouldUpgradeCallback: wantsHandover } as ServerOptions;

/**
 * Creates an HTTP server without a port: connections come from the supervisor. Slow clients are
 * limited.
 */
export function createHttpServer({ state, onRequest, onUpgrade }: HttpServerHooks): HttpServer {
  const sockets = new Set<Socket>();
  const idle = new IdleConnections(KEEP_ALIVE);
  let onEmpty: (() => void)[] = [];
  const server: Server = createServer(
    {
      // With Node's default of 30 s, a limit of 15 s would act after up to 45 s.
      connectionsCheckingInterval: 1000,
      headersTimeout: 15_000,
      requestTimeout: 45_000,
      keepAliveTimeout: KEEP_ALIVE,
      // The 400 of Node has no body. The request handler below sends problem details.
      requireHostHeader: false,
      ...UPGRADE_CALLBACK,
    },
    (req, res) => {
      if (req.headers.upgrade !== undefined) res.shouldKeepAlive = false;
      idle.noteRequest(req);
      // Drain a request without a body now. Otherwise Node resumes it after the response, which
      // costs about 5 % of a bare request.
      if (!hasBody(req)) req.read(0);
      const detail = headError(req);
      if (detail === undefined) onRequest(req, res);
      else writeProblem(res, 400, 'bad_request', { detail }, ['connection', 'close']);
    },
  );
  server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!isWebSocketHandshake(req) && reparseWithoutUpgrade(server, req, socket as Socket, head))
      return;
    socket.on('error', () => socket.destroy());
    if (!isWebSocketHandshake(req)) endWithProblem(socket, 431, 'headers_too_large');
    else if (headError(req) !== undefined)
      endWithProblem(socket, 400, 'bad_request', headError(req));
    else if (!onUpgrade(req, socket, head)) endWithProblem(socket, 404, 'not_found');
  });
  server.on('clientError', rejectMalformed);
  // A response that needs no body comes without `100 Continue`: the client does not send the body.
  server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => {
    deferContinue(req);
    server.emit('request', req, res);
  });
  server.on('checkExpectation', (req: IncomingMessage, res: ServerResponse) =>
    endWithProblem(res.socket ?? req.socket, 417, 'expectation_failed'),
  );
  // CONNECT opens a tunnel, which only a proxy does.
  server.on('connect', (_req: IncomingMessage, socket: Duplex) =>
    endWithProblem(socket, 405, 'method_not_allowed'),
  );
  // Starts the check for slow connections (`connectionsCheckingInterval`). The server itself never
  // listens.
  server.emit('listening');

  return {
    addConnection(socket) {
      sockets.add(socket);
      socket.once('close', () => {
        sockets.delete(socket);
        if (sockets.size > 0) return;
        for (const resolve of onEmpty) resolve();
        onEmpty = [];
      });
      // Same as sockets that Node's HTTP server accepts itself: it decides what a half close means.
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

function rejectMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  // oxlint-disable-next-line no-underscore-dangle -- Node has no public name for the response of a socket
  const response = (socket as Duplex & { _httpMessage?: ServerResponse })._httpMessage;
  // The client has disconnected, or a part of the response has been sent.
  if (error.code === 'ECONNRESET' || !socket.writable || response?.headersSent)
    return void socket.destroy();
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') endWithProblem(socket, 408, 'request_timeout');
  else if (error.code === 'HPE_HEADER_OVERFLOW') endWithProblem(socket, 431, 'headers_too_large');
  else if (error.code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW')
    endWithProblem(socket, 413, 'chunk_extensions_too_large');
  else endWithProblem(socket, 400, 'bad_request');
}
