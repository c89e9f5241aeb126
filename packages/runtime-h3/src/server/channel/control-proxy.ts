import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as sendRequest,
  type ServerResponse,
} from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream';
import { CLIENT_HEADER, type ControlClient } from './control.ts';

/**
 * Maximum number of requests that this process passes at the same time. Event streams stay open.
 */
const MAX_OPEN = 64;
/** Maximum number of those of one address, so that one slow client does not use up all. */
const MAX_OF_ADDRESS = 32;
/** Milliseconds until the collector must begin to respond. */
const HEAD_TIMEOUT = 15_000;

/** Headers of one connection (RFC 9110, section 7.6.1). */
const HOP_BY_HOP: readonly string[] = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
];

type Headers = Record<string, string | string[] | undefined>;

/** Passes requests for the panel to the collector, which serves it. */
export interface ControlProxy {
  /** @param client facts of the connection, which no header of the client can change */
  request(req: IncomingMessage, res: ServerResponse, client: ControlClient): void;
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer, client: ControlClient): void;
  /** Ends open responses, such as event streams. */
  close(): void;
}

/** @param path socket on which the collector serves the panel */
export function createControlProxy(path: string): ControlProxy {
  /** Open responses and sockets with the address of their client. */
  const open = new Map<Duplex | ServerResponse, string>();
  /** Returns `false` if there are too many. */
  const add = (target: Duplex | ServerResponse, { address }: ControlClient): boolean => {
    const own = [...open.values()].filter((each) => each === address).length;
    if (open.size >= MAX_OPEN || own >= MAX_OF_ADDRESS) return false;
    open.set(target, address);
    target.once('close', () => open.delete(target));
    return true;
  };

  return {
    request(req, res, client) {
      if (!add(res, client)) return respondUnavailable(res, BUSY);
      const headers: OutgoingHttpHeaders = {
        ...endToEnd(req.headers),
        ...framing(req.headers),
        // A collector that closed after its response would break the end of a write, and the
        // response would be lost.
        connection: 'keep-alive',
        [CLIENT_HEADER]: JSON.stringify(client),
      };
      if (req.headers.expect !== undefined) res.writeContinue();
      const { method, url } = req;
      const upstream = sendRequest({ socketPath: path, agent: false, method, path: url, headers });
      const timer = setTimeout(() => upstream.destroy(new Error(LATE)), HEAD_TIMEOUT);
      upstream.once('response', (response) => {
        clearTimeout(timer);
        // The collector needs no more of the body. The client may still send it.
        upstream.once('close', () => req.resume());
        res.writeHead(response.statusCode!, endToEnd(response.headers));
        pipeline(response, res, () => upstream.destroy());
      });
      upstream.on('error', (error) => {
        clearTimeout(timer);
        req.resume();
        if (res.headersSent) res.destroy();
        else respondUnavailable(res, error.message === LATE ? LATE : ABSENT);
      });
      res.once('close', () => {
        clearTimeout(timer);
        upstream.destroy();
      });
      if (hasBody(req)) req.pipe(upstream);
      else upstream.end();
    },

    upgrade(req, socket, head, client) {
      if (!add(socket, client)) return endUnavailable(socket, BUSY);
      const upstream = connect(path);
      upstream.setTimeout(HEAD_TIMEOUT, () => upstream.destroy());
      let isConnected = false;
      upstream.once('connect', () => {
        isConnected = true;
        upstream.write(printHead(req, client));
        if (head.length > 0) upstream.write(head);
        upstream.once('data', () => upstream.setTimeout(0));
        pipeline(socket, upstream, socket, () => {});
      });
      upstream.once('error', () => {
        if (isConnected) socket.destroy();
        else endUnavailable(socket, ABSENT);
      });
      socket.once('close', () => upstream.destroy());
    },

    close() {
      for (const target of open.keys()) target.end();
    },
  };
}

const ABSENT = 'The process that serves the panel is not there. It starts again by itself.';
const LATE = 'The process that serves the panel does not respond.';
const BUSY = 'This process passes too many requests to the panel already.';

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

/** Returns the end-to-end headers, without those that only this process may set. */
function endToEnd(headers: Headers): Headers {
  const named = String(headers['connection'] ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  const dropped = new Set([...HOP_BY_HOP, ...named, CLIENT_HEADER]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.has(name)));
}

/**
 * Returns the headers by which the collector finds the end of the body, and the host that it checks.
 * A client can't remove them by naming them in `Connection`. Without them, Node writes the body of a
 * GET as if it were a second request.
 */
function framing(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const { host, 'content-length': length } = headers;
  return {
    ...(host !== undefined && { host }),
    ...(headers['transfer-encoding'] !== undefined
      ? { 'transfer-encoding': 'chunked' }
      : length !== undefined && { 'content-length': length }),
  };
}

/** Prints the head of a handshake. Node has parsed it, so no value has a line break. */
function printHead(req: IncomingMessage, client: ControlClient): string {
  const headers: Headers = {
    ...endToEnd(req.headers),
    connection: 'Upgrade',
    upgrade: req.headers.upgrade,
    [CLIENT_HEADER]: JSON.stringify(client),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`);
  return `${req.method} ${req.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
}

const problem = (detail: string): string =>
  JSON.stringify({
    type: 'about:blank',
    title: 'Service Unavailable',
    status: 503,
    code: 'panel_unavailable',
    detail,
  });

function unavailableHeaders(body: string): Record<string, string> {
  return {
    'content-type': 'application/problem+json',
    'content-length': String(Buffer.byteLength(body)),
    'cache-control': 'no-store',
    'retry-after': '2',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  };
}

function respondUnavailable(res: ServerResponse, detail: string): void {
  const body = problem(detail);
  res.writeHead(503, unavailableHeaders(body)).end(body);
}

function endUnavailable(socket: Duplex, detail: string): void {
  const body = problem(detail);
  const lines = Object.entries(unavailableHeaders(body)).map(
    ([name, value]) => `${name}: ${value}`,
  );
  socket.end(`HTTP/1.1 503 Service Unavailable\r\n${lines.join('\r\n')}\r\n\r\n${body}`, () =>
    socket.destroy(),
  );
}
