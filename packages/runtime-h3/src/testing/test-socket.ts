import { createServer } from 'node:http';
import { duplexPair } from 'node:stream';
import type { App } from '../app/options.ts';
import { stringifyWire } from '../validate/encode.ts';
import { readResponse } from './test-request.ts';
import { TestHandshakeError } from './test-handshake-error.ts';
import type { TestSocket } from './test-types.ts';

/** The part of the `ws` client that a test uses. */
interface WsClient {
  binaryType: string;
  on(event: string, listener: (...args: never[]) => void): void;
  send(frame: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
  terminate(): void;
}

type WsConstructor = new (url: string, protocols: string[], options: object) => WsClient;

/**
 * Opens a WebSocket to an app through the handshake and the frames of a real server, over a pair of
 * streams instead of a port.
 *
 * @throws {TestHandshakeError} when the app rejects the handshake
 */
export async function openTestSocket(
  app: App,
  request: Request,
  protocols: string[],
): Promise<TestSocket<unknown, unknown>> {
  const { default: Client } = (await import('crossws/websocket')) as unknown as {
    default: WsConstructor;
  };
  const [near, far] = duplexPair();
  // Never listens. It parses the bytes of the pair.
  const server = createServer((req, res) => app.handleNodeRequest(req, res));
  server.on('upgrade', (req, socket, head) => {
    if (!app.handleNodeUpgrade(req, socket, head))
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  server.emit('connection', far);
  const { pathname, search } = new URL(request.url);
  const client = new Client(`ws://localhost${pathname}${search}`, protocols, {
    headers: Object.fromEntries(request.headers),
    createConnection: () => near,
    perMessageDeflate: false,
  });
  client.binaryType = 'arraybuffer';
  const socket = toSocket(client);
  await new Promise<void>((resolve, reject) => {
    client.on('open', resolve);
    client.on('error', reject);
    client.on('unexpected-response', (_request: unknown, response: never) => {
      void readRejection(response).then(reject, reject);
    });
  });
  return socket;
}

type Rejection = AsyncIterable<Uint8Array> & {
  statusCode: number;
  headers: Record<string, string | string[] | undefined>;
};

async function readRejection(incoming: Rejection): Promise<TestHandshakeError> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers))
    for (const each of [value ?? []].flat()) headers.append(name, each);
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const { statusCode: status } = incoming;
  return new TestHandshakeError(
    await readResponse(new Response(Buffer.concat(chunks), { status, headers })),
  );
}

type Waiting = { resolve(message: unknown): void; reject(error: Error): void };

function toSocket(client: WsClient): TestSocket<unknown, unknown> {
  const received: unknown[] = [];
  const waiting: Waiting[] = [];
  let end: { code: number; reason: string } | undefined;
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    client.on('close', (code: number, reason: Uint8Array) => {
      end = { code, reason: new TextDecoder().decode(reason) };
      for (const each of waiting.splice(0)) each.reject(closedError(end));
      resolve(end);
    });
  });
  client.on('message', (data: ArrayBuffer | Uint8Array, isBinary: boolean) => {
    const bytes = new Uint8Array(data);
    const message = isBinary ? bytes : parseText(new TextDecoder().decode(bytes));
    const first = waiting.shift();
    if (first) first.resolve(message);
    else received.push(message);
  });
  // Callers get the information from the close event. Without a listener, Node would throw the
  // error.
  client.on('error', () => undefined);
  const next = (): Promise<unknown> => {
    if (received.length > 0) return Promise.resolve(received.shift());
    if (end) return Promise.reject(closedError(end));
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  };
  return {
    closed,
    next,
    send: (message) =>
      client.send(message instanceof Uint8Array ? message : stringifyWire(message)),
    sendText: (text) => client.send(text),
    close(code = 1000, reason) {
      client.close(code, reason);
      return closed;
    },
    async *[Symbol.asyncIterator]() {
      try {
        for (;;) yield next();
      } catch (error) {
        // `next` fails only when the socket has closed, which ends the loop.
        if (!end) throw error;
      } finally {
        if (!end) client.close(1000);
      }
    },
  };
}

function closedError({ code, reason }: { code: number; reason: string }): Error {
  return new Error(`The socket is closed (${code}${reason === '' ? '' : `: ${reason}`}).`);
}

/** Text that is not JSON stays text. */
function parseText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
