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
const CONNECTIONS = 1024;

/** Passes requests to other servers of the app. */
export interface ServerProxy {
  /** @param serve serves the request in this process, if the other server accepts no connection */
  request(origin: URL, req: IncomingMessage, res: ServerResponse, serve: () => void): void;
  upgrade(origin: URL, req: IncomingMessage, socket: Duplex, head: Buffer, serve: () => void): void;
}

/** @param id random id of this process, which no client can guess */
export function createServerProxy(id: string, isTrusted: TrustedPeer): ServerProxy {
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
      whenConnected(upstream, () => {
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
      upstream.on('error', () => {
        if (res.destroyed) return;
        if (res.headersSent) return void res.destroy();
        // The other server may close an idle connection at the moment of the next request.
        const isUnread = !isSent || (upstream.reusedSocket && !whole);
        if (isUnread) return serve();
        req.resume();
        writeProblem(res, 502, 'server_unavailable', { detail: UNAVAILABLE });
      });
      res.once('close', () => upstream.destroy());
    },

    upgrade(origin, req, socket, head, serve) {
      const { upgrade } = req.headers;
      const upstream = open(origin, req, { connection: 'Upgrade', upgrade });
      let isSent = false;
      whenConnected(upstream, () => {
        isSent = true;
        upstream.end();
      });
      upstream.once('upgrade', (response, other: Socket, first) => {
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
      upstream.on('error', () => {
        if (!isSent) serve();
        else endWithProblem(socket, 502, 'server_unavailable', UNAVAILABLE);
      });
      socket.once('close', () => upstream.destroy());
    },
  };
}

const UNAVAILABLE = 'The server of this domain or release did not respond.';

/**
 * Calls `work` when the request is connected. Ends a request that is not after `CONNECT_TIMEOUT`.
 */
function whenConnected(upstream: ClientRequest, work: () => void): void {
  upstream.once('socket', (socket) => {
    if (!socket.connecting) return work();
    const late = setTimeout(() => upstream.destroy(new Error('no connection')), CONNECT_TIMEOUT);
    socket.once('connect', () => {
      clearTimeout(late);
      work();
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
