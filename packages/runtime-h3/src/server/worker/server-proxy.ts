import {
  Agent,
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as sendRequest,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import { type Duplex, pipeline } from 'node:stream';
import { sendContinue } from '../../app/adapters/expect-continue.ts';
import type { TrustedPeer } from '../../app/request/client-ip.ts';
import { endToEnd, framing, hasBody } from '../http/forward-headers.ts';
import { endWithProblem } from '../http/raw-problem.ts';
import { writeProblem } from '../http/write-problem.ts';
import { HOPS } from './hops.ts';

/** Milliseconds in which another server must accept a connection. */
const CONNECT_TIMEOUT = 2000;
/** Milliseconds that an idle connection stays open: less than the default of `keepAlive`. */
const IDLE = 4000;
/** Milliseconds of silence until the system checks whether the other host still responds. */
const SILENCE = 60_000;
const CONNECTIONS = 1024;

/** Passes requests to other servers of the app. */
export interface ServerProxy {
  /** @param serve serves the request in this process, if the other server accepts no connection */
  request(origin: URL, req: IncomingMessage, res: ServerResponse, serve: () => void): void;
  upgrade(origin: URL, req: IncomingMessage, socket: Duplex, head: Buffer, serve: () => void): void;
}

export interface ServerProxyOptions {
  /** Random id of this process, which no client can guess. */
  id: string;
  isTrusted: TrustedPeer;
  /** Milliseconds without a byte after which a response that has not started fails. */
  timeout: number;
}

export function createServerProxy({ id, isTrusted, timeout }: ServerProxyOptions): ServerProxy {
  const agent = new Agent({ keepAlive: true, timeout: IDLE, maxTotalSockets: CONNECTIONS });
  const open = (origin: URL, req: IncomingMessage, extra: OutgoingHttpHeaders): ClientRequest => {
    const { hostname: host, port } = origin;
    const before = req.headers[HOPS];
    const headers = {
      ...endToEnd(req.headers),
      ...forwarded(req, isTrusted),
      [HOPS]: before === undefined ? id : `${String(before)}, ${id}`,
      ...extra,
    };
    const { method, url: path } = req;
    const isUpgrade = extra['upgrade'] !== undefined;
    const from = isUpgrade ? false : agent;
    return sendRequest({ host, port: port || 80, method, path, headers, agent: from });
  };
  return {
    request(origin, req, res, serve) {
      const upstream = open(origin, req, framing(req.headers));
      const whole = hasBody(req);
      let isSent = false;
      whenConnected(upstream, timeout, () => {
        isSent = true;
        if (!whole) return void upstream.end();
        sendContinue(req, res);
        req.pipe(upstream);
      });
      upstream.once('response', (response) => {
        // The other server needs no more of the body, but the client may still send it.
        upstream.once('close', () => req.resume());
        res.writeHead(response.statusCode!, endToEnd(response.headers));
        pipeline(response, res, () => upstream.destroy());
      });
      upstream.on('error', (error) => {
        if (res.destroyed) return;
        if (res.headersSent) return void res.destroy();
        // The other server may close an idle connection at the moment of the next request.
        const isClosed = upstream.reusedSocket && !(error instanceof LateError);
        const isUnread = !isSent || (isClosed && !whole);
        if (isUnread) return serve();
        req.resume();
        const { status, code, detail } = failureOf(error);
        writeProblem(res, status, code, { detail });
      });
      res.once('close', () => upstream.destroy());
    },

    upgrade(origin, req, socket, head, serve) {
      const { upgrade } = req.headers;
      const upstream = open(origin, req, { connection: 'Upgrade', upgrade });
      let isSent = false;
      whenConnected(upstream, timeout, () => {
        isSent = true;
        upstream.end();
      });
      upstream.once('upgrade', (response, other: Socket, first) => {
        other.setTimeout(0);
        socket.write(printHead(response, Object.entries(response.headers)));
        if (first.length > 0) socket.write(first);
        if (head.length > 0) other.write(head);
        pipeline(socket, other, socket, () => {});
      });
      upstream.once('response', (response) => {
        // Node has decoded the body, so its end is that of the connection.
        const rejection = { ...endToEnd(response.headers), connection: 'close' };
        socket.write(printHead(response, Object.entries(rejection)));
        pipeline(response, socket, () => {});
      });
      upstream.on('error', (error) => {
        if (!isSent) return serve();
        const { status, code, detail } = failureOf(error);
        endWithProblem(socket, status, code, detail);
      });
      socket.once('close', () => upstream.destroy());
    },
  };
}

/** Another server did not start its response in time. */
class LateError extends Error {}

interface Failure {
  status: number;
  code: string;
  detail: string;
}

const failureOf = (error: Error): Failure =>
  error instanceof LateError
    ? {
        status: 504,
        code: 'server_timeout',
        detail: 'The server of this domain or release did not respond in time.',
      }
    : {
        status: 502,
        code: 'server_unavailable',
        detail: 'The server of this domain or release did not respond.',
      };

/**
 * Calls `work` when the request has a connection. Ends a request that has none after
 * `CONNECT_TIMEOUT`. Also ends a request if no byte moves for `timeout` milliseconds before its
 * response starts.
 */
function whenConnected(upstream: ClientRequest, timeout: number, work: () => void): void {
  const start = (socket: Socket): void => {
    // A response may be an endless stream, so only the system checks whether the host is still
    // there.
    socket.setKeepAlive(true, SILENCE);
    upstream.setTimeout(timeout, () => upstream.destroy(new LateError()));
    upstream.once('response', () => upstream.setTimeout(0));
    work();
  };
  upstream.once('socket', (socket) => {
    if (!socket.connecting) return start(socket);
    const late = setTimeout(() => upstream.destroy(new Error('no connection')), CONNECT_TIMEOUT);
    socket.once('connect', () => {
      clearTimeout(late);
      start(socket);
    });
    socket.once('close', () => clearTimeout(late));
  });
}

/**
 * Returns the headers with the address of the client for the next server, which trusts this one.
 * Leaves out such headers of a client that is not a trusted proxy.
 */
function forwarded(
  { headers, socket }: IncomingMessage,
  isTrusted: TrustedPeer,
): OutgoingHttpHeaders {
  const peer = socket.remoteAddress ?? '';
  const before = headers['x-forwarded-for'];
  if (!isTrusted(peer))
    return {
      'x-forwarded-for': peer,
      'x-forwarded-host': headers.host ?? '',
      'x-forwarded-proto': 'http',
    };
  return { 'x-forwarded-for': before === undefined ? peer : `${String(before)}, ${peer}` };
}

function printHead(
  { statusCode, statusMessage }: IncomingMessage,
  headers: [name: string, value: string | string[] | undefined][],
): string {
  const lines = headers.flatMap(([name, value = []]) =>
    [value].flat().map((each) => `${name}: ${each}\r\n`),
  );
  return `HTTP/1.1 ${statusCode} ${statusMessage}\r\n${lines.join('')}\r\n`;
}
