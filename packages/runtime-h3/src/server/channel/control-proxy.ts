import {
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as sendRequest,
  STATUS_CODES,
  type ServerResponse,
} from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream';
import { CLIENT_HEADER, type ControlClient, IDENTIFIED_HEADER } from './control.ts';
import { createControlSlots, type Slot } from './control-slots.ts';
import { endToEnd, framing, hasBody, type Headers } from '../http/forward-headers.ts';

/** Milliseconds until the collector must begin to respond. */
const HEAD_TIMEOUT = 15_000;
/** Milliseconds until a client must have sent its body, and those in which it must read a part. */
const BODY_TIMEOUT = 10_000;
const READ_TIMEOUT = 20_000;
/** Headers that only this process may set. */
const OWN: readonly string[] = [CLIENT_HEADER, IDENTIFIED_HEADER];

/** Passes requests for the panel to the collector, which serves it. */
export interface ControlProxy {
  /** @param client facts of the connection, which no header of the client can change */
  request(req: IncomingMessage, res: ServerResponse, client: ControlClient): void;
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer, client: ControlClient): void;
  /** Ends open responses, such as event streams. */
  close(): void;
}

/**
 * @param path socket on which the collector serves the panel
 * @param timeouts milliseconds for the body of a request, and for a response that is not read
 */
export function createControlProxy(
  path: string,
  timeouts: { body: number; read: number } = { body: BODY_TIMEOUT, read: READ_TIMEOUT },
): ControlProxy {
  /** Open responses and sockets. */
  const open = new Set<Duplex | ServerResponse>();
  const slots = createControlSlots();
  /** Returns `undefined` if there are too many. */
  const add = (
    target: Duplex | ServerResponse,
    req: IncomingMessage,
    { address }: ControlClient,
  ): Slot | undefined => {
    const slot = slots.take({ address, headers: req.headers, hasBody: hasBody(req) });
    if (!slot) return undefined;
    open.add(target);
    target.once('close', () => {
      open.delete(target);
      slot.free();
    });
    return slot;
  };

  return {
    request(req, res, client) {
      const slot = add(res, req, client);
      if (!slot) return respondUnavailable(res, BUSY);
      const headers: OutgoingHttpHeaders = {
        ...endToEnd(req.headers, OWN),
        ...framing(req.headers),
        // A collector that closed after its response would break the end of a write, and the
        // response would be lost.
        connection: 'keep-alive',
        [CLIENT_HEADER]: JSON.stringify(client),
      };
      if (req.headers.expect !== undefined) res.writeContinue();
      const { method, url } = req;
      const upstream = sendRequest({ socketPath: path, agent: false, method, path: url, headers });
      const timers = [setTimeout(() => upstream.destroy(new Error(LATE)), HEAD_TIMEOUT)];
      const checkBody = (): void => {
        if (!req.complete) upstream.destroy(new Error(SLOW));
      };
      if (hasBody(req)) timers.push(setTimeout(checkBody, timeouts.body));
      const stopTimers = (): void => timers.forEach((timer) => clearTimeout(timer));
      upstream.once('response', (response) => {
        stopTimers();
        if (response.headers[IDENTIFIED_HEADER] !== undefined) slot.identify();
        timers.push(watchReading(res, timeouts.read));
        // The collector needs no more of the body. The client may still send it.
        upstream.once('close', () => req.resume());
        res.writeHead(response.statusCode!, endToEnd(response.headers, OWN));
        pipeline(response, res, () => upstream.destroy());
      });
      upstream.on('error', ({ message }) => {
        stopTimers();
        req.resume();
        if (res.headersSent) res.destroy();
        else if (message === SLOW) respondProblem(res, 408, 'request_timeout', SLOW);
        else respondUnavailable(res, message === LATE ? LATE : ABSENT);
      });
      res.once('close', () => {
        stopTimers();
        upstream.destroy();
      });
      if (hasBody(req)) req.pipe(upstream);
      else upstream.end();
    },

    upgrade(req, socket, head, client) {
      if (!add(socket, req, client)) return endUnavailable(socket, BUSY);
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
      for (const target of open) target.end();
    },
  };
}

/** Ends a response whose client has read nothing for a while. */
function watchReading(res: ServerResponse, timeout: number): NodeJS.Timeout {
  let written = -1;
  return setInterval(() => {
    const { bytesWritten = 0, writableLength = 0 } = res.socket ?? {};
    if (writableLength > 0 && bytesWritten - writableLength === written) res.destroy();
    written = bytesWritten - writableLength;
  }, timeout);
}

const ABSENT = 'The process that serves the panel is not there. It starts again by itself.';
const LATE = 'The process that serves the panel does not respond.';
const SLOW = 'The body arrived too slowly.';
const BUSY = 'This process passes too many requests to the panel already.';

/** Prints the head of a handshake. Node has parsed it, so no value has a line break. */
function printHead(req: IncomingMessage, client: ControlClient): string {
  const headers: Headers = {
    ...endToEnd(req.headers, OWN),
    connection: 'Upgrade',
    upgrade: req.headers.upgrade,
    [CLIENT_HEADER]: JSON.stringify(client),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`);
  return `${req.method} ${req.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
}

const problem = (detail: string, status = 503, code = 'panel_unavailable'): string =>
  JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, code, detail });

function problemHeaders(body: string): Record<string, string> {
  return {
    'content-type': 'application/problem+json',
    'content-length': String(Buffer.byteLength(body)),
    'cache-control': 'no-store',
    'retry-after': '2',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  };
}

const respondUnavailable = (res: ServerResponse, detail: string): void =>
  respondProblem(res, 503, 'panel_unavailable', detail);

function respondProblem(res: ServerResponse, status: number, code: string, detail: string): void {
  const body = problem(detail, status, code);
  res.writeHead(status, problemHeaders(body)).end(body);
}

function endUnavailable(socket: Duplex, detail: string): void {
  const body = problem(detail);
  const lines = Object.entries(problemHeaders(body)).map(([name, value]) => `${name}: ${value}`);
  socket.end(`HTTP/1.1 503 Service Unavailable\r\n${lines.join('\r\n')}\r\n\r\n${body}`, () =>
    socket.destroy(),
  );
}
