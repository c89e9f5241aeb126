import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { Schema } from '@gati/contract';
import type { ReplyEvent } from '../../api/playground.ts';
import type { CheckedRequest } from './check-request.ts';
import { checkJson } from './check-response.ts';
import { describeError, type ExchangeOptions, LIMITS, withOwnHeaders } from './exchange.ts';
import { hostOf } from './app-address.ts';

/** Maximum number of bytes of one message. */
const MAX_MESSAGE = 1024 * 1024;
/** Number of events that wait for a slow client. The socket then stops reading. */
const MAX_WAITING = 200;

/** A WebSocket to the app. */
export interface AppSocket {
  /** Its life as it happens; ends after the close. */
  events: AsyncGenerator<ReplyEvent>;
  /** @returns whether the socket was open */
  send(text: string): boolean;
  close(code: number, reason: string): void;
}

/** Opens a WebSocket to the app. No redirect is followed. */
export function openSocket(
  request: Pick<CheckedRequest, 'path' | 'headers'>,
  options: ExchangeOptions,
): AppSocket {
  const { address, signal, limits = LIMITS } = options;
  const { 'sec-websocket-protocol': protocols = [], ...headers } = request.headers;
  const started = performance.now();
  const elapsed = (): number => performance.now() - started;
  const socket = new WebSocket(
    `${address.isSecure ? 'wss' : 'ws'}://${hostOf(address)}${request.path}`,
    protocols.flatMap((list) => list.split(',').map((name) => name.trim())),
    {
      headers: withOwnHeaders(headers, options),
      followRedirects: false,
      handshakeTimeout: limits.head,
      maxPayload: MAX_MESSAGE,
      perMessageDeflate: false,
      rejectUnauthorized: false,
    },
  );
  const queue = createQueue(socket);
  const timer = setTimeout(() => socket.close(1001, 'time limit of the playground'), limits.stream);
  const leave = (): void => socket.terminate();
  signal.addEventListener('abort', leave);
  const end = (): void => {
    clearTimeout(timer);
    signal.removeEventListener('abort', leave);
    queue.end();
  };
  let schema: Schema | undefined;
  let isRejected = false;

  socket.on('open', () => queue.push({ type: 'open', protocol: socket.protocol, ms: elapsed() }));
  socket.on('unexpected-response', (_request, response: IncomingMessage) => {
    isRejected = true;
    void reportRejection(response, elapsed, queue.push).finally(() => {
      socket.terminate();
      end();
    });
  });
  socket.on('message', (data: Buffer, isBinary) => {
    const text = isBinary ? undefined : data.toString('utf8');
    queue.push({
      type: 'message',
      ms: elapsed(),
      ...(text === undefined ? { base64: data.toString('base64') } : { text }),
      violations: schema && text !== undefined ? checkJson(schema, definitions, text) : [],
    });
  });
  socket.on('error', (error) => {
    if (!isRejected) queue.push({ type: 'error', ...describeError(error), ms: elapsed() });
  });
  socket.on('close', (code, reason) => {
    if (isRejected) return;
    queue.push({ type: 'close', code, reason: reason.toString('utf8'), ms: elapsed() });
    end();
  });
  let definitions = {};
  void options.contract.then((known) => {
    schema = known?.contract.send;
    definitions = known?.$defs ?? {};
  });

  return {
    events: queue.events(),
    send(text) {
      if (socket.readyState !== WebSocket.OPEN) return false;
      socket.send(text);
      return true;
    },
    close: (code, reason) => socket.close(code, reason),
  };
}

/** Reports a response that is no upgrade, such as the 401 of a guard. */
async function reportRejection(
  response: IncomingMessage,
  elapsed: () => number,
  push: (event: ReplyEvent) => void,
): Promise<void> {
  const { statusCode: status = 0, statusMessage: text = '', headers } = response;
  const list = Object.entries(headers).map(([name, value]): [string, string] => [
    name,
    String(value),
  ]);
  push({ type: 'head', status, text, headers: list, ms: elapsed() });
  let bytes = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAX_MESSAGE) break;
    push({ type: 'data', base64: part.toString('base64') });
  }
  const note = 'The app did not open a socket.';
  push({
    type: 'end',
    ms: elapsed(),
    bytes,
    contract: { result: 'unchecked', note, violations: [] },
  });
}

/** Buffers events between a socket and a client that reads slowly. */
function createQueue(socket: WebSocket): {
  push(event: ReplyEvent): void;
  end(): void;
  events(): AsyncGenerator<ReplyEvent>;
} {
  const waiting: ReplyEvent[] = [];
  let isEnded = false;
  let wake = (): void => {};
  return {
    push(event) {
      waiting.push(event);
      if (waiting.length >= MAX_WAITING) socket.pause();
      wake();
    },
    end() {
      isEnded = true;
      wake();
    },
    async *events() {
      for (;;) {
        while (waiting.length > 0) {
          yield waiting.shift()!;
          if (waiting.length < MAX_WAITING && socket.isPaused) socket.resume();
        }
        if (isEnded) return;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
