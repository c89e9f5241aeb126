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
import { afterResponses, currentResponse } from '../http/after-responses.ts';
import { PipelinedRequests } from '../http/pipelined-requests.ts';
import type { LimitCounts } from '../../telemetry/record/limit-counts.ts';
import type { Limits } from '../../types/limits.ts';
import { IdleConnections } from './idle-connections.ts';
import { UnsentOutput } from './unsent-output.ts';
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
  /** Adds a large body to the output that waits; `false` if there is no room for it. */
  takeRoom(res: ServerResponse, bytes: number): boolean;
  /** Makes each response from now on the last one of its connection. */
  startDraining(): void;
  /** Resolves when there is no open connection. */
  whenEmpty(): Promise<void>;
  /** Destroys all connections. */
  destroy(): void;
}

export interface HttpServerHooks {
  onRequest(req: IncomingMessage, res: ServerResponse): void;
  /** Returns `false` when no WebSocket route has the path; the socket is untouched then. */
  onUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): boolean;
}

export interface HttpServerOptions extends HttpServerHooks {
  state: DrainState;
  limits: Limits;
  limitCounts: LimitCounts;
}

/** `shouldUpgradeCallback` is missing in the types of Node. */
const UPGRADE_CALLBACK = { shouldUpgradeCallback: wantsHandover } as ServerOptions;

/**
 * Creates an HTTP server without a port: connections come from the supervisor. Slow clients are
 * limited.
 */
export function createHttpServer({
  state,
  limits,
  limitCounts,
  onRequest,
  onUpgrade,
}: HttpServerOptions): HttpServer {
  const sockets = new Set<Socket>();
  const output = new UnsentOutput(sockets, limits, limitCounts);
  const crowd = limits.connections * 0.9;
  const idle = new IdleConnections(limits.keepAlive, () => sockets.size > crowd);
  let onEmpty: (() => void)[] = [];
  const pipelined = new PipelinedRequests(limits.pipelined, () => limitCounts.report('pipelined'));
  const serve = (req: IncomingMessage, res: ServerResponse): void => {
    if (req.headers.upgrade !== undefined) res.shouldKeepAlive = false;
    idle.noteRequest(req);
    // Drain a request without a body now. Otherwise Node resumes it after the response, which costs
    // about 5 % of a bare request.
    if (!hasBody(req)) req.read(0);
    const detail = headError(req);
    if (detail === undefined) onRequest(req, res);
    else writeProblem(res, 400, 'bad_request', { detail }, ['connection', 'close']);
  };
  const server: Server = createServer(
    {
      // With Node's default of 30 s, a limit of 15 s would act after up to 45 s.
      connectionsCheckingInterval: 1000,
      headersTimeout: limits.headTimeout,
      requestTimeout: limits.headTimeout + limits.bodyTimeout,
      keepAliveTimeout: limits.keepAlive,
      // The 400 of Node has no body. The request handler below sends problem details.
      requireHostHeader: false,
      ...UPGRADE_CALLBACK,
    },
    (req, res) => {
      // No socket yet: the response waits for the one to an earlier request.
      if (res.socket === null) pipelined.hold(res, () => serve(req, res));
      else serve(req, res);
    },
  );
  server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    pipelined.release(socket as Socket);
    if (!isWebSocketHandshake(req) && reparseWithoutUpgrade(server, req, socket as Socket, head))
      return;
    socket.on('error', () => socket.destroy());
    afterResponses(socket, () => {
      if (!isWebSocketHandshake(req)) endWithProblem(socket, 431, 'headers_too_large');
      else if (headError(req) !== undefined)
        endWithProblem(socket, 400, 'bad_request', headError(req));
      else if (!onUpgrade(req, socket, head)) endWithProblem(socket, 404, 'not_found');
    });
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') limitCounts.add('headTimeout');
    rejectMalformed(error, socket);
  });
  // A response that needs no body comes without `100 Continue`: the client does not send the body.
  server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => {
    deferContinue(req);
    server.emit('request', req, res);
  });
  server.on('checkExpectation', (_req: IncomingMessage, res: ServerResponse) =>
    writeProblem(res, 417, 'expectation_failed', {}, ['connection', 'close']),
  );
  // CONNECT opens a tunnel, which only a proxy does.
  server.on('connect', (_req: IncomingMessage, socket: Duplex) => {
    pipelined.release(socket as Socket);
    socket.on('error', () => socket.destroy());
    afterResponses(socket, () => endWithProblem(socket, 405, 'method_not_allowed'));
  });
  // Starts the check for slow connections (`connectionsCheckingInterval`). Relies on: Node starts
  // it on this event, also for a server that never listens.
  server.emit('listening');

  return {
    addConnection(socket) {
      if (sockets.size >= limits.connections) {
        limitCounts.report('connections');
        return void socket.destroy();
      }
      sockets.add(socket);
      output.watch();
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
    takeRoom: (res, bytes) => output.add(res, bytes),
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

/** Connections whose bytes can't be parsed. Node reports each further chunk of them. */
const malformed = new WeakSet<Duplex>();

function rejectMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (malformed.has(socket)) return;
  malformed.add(socket);
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  socket.pause();
  afterResponses(socket, () => {
    // A part of the response to this very request has been sent.
    if (currentResponse(socket)?.headersSent) return void socket.destroy();
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') endWithProblem(socket, 408, 'request_timeout');
    else if (error.code === 'HPE_HEADER_OVERFLOW') endWithProblem(socket, 431, 'headers_too_large');
    else if (error.code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW')
      endWithProblem(socket, 413, 'chunk_extensions_too_large');
    else endWithProblem(socket, 400, 'bad_request');
  });
}
