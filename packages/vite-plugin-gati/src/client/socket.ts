import { ClientError } from './errors.ts';
import { toValue } from './events.ts';
import type { ClientOptions, ClientSettings, WebSocketLike } from './options.ts';
import { toJson, toUrl } from './request.ts';

/** A WebSocket whose messages are typed: `Sent` go to the server, `Received` come from it. */
export interface Connection<Sent, Received> extends AsyncIterable<Received> {
  /** JSON text, or bytes as they are. Kept until the connection is open. */
  send(message: Sent): void;
  close(code?: number, reason?: string): void;
  /** Gives back what ends it. */
  onMessage(listener: (message: Received) => void): () => void;
  /** Rejects where no connection comes about. */
  readonly opened: Promise<void>;
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly socket: WebSocketLike;
}

export interface ConnectRequest {
  params?: object;
  query?: object;
  version?: string | false;
  protocols?: string | string[];
  signal?: AbortSignal;
}

export type Connect = (route: string, request?: ConnectRequest) => Connection<unknown, unknown>;

/** Messages that are kept while nobody listens yet. */
const MAX_EARLY = 1024;
const OPEN = 1;

/** Makes the function that opens the WebSockets of a client. The version travels in the query: a browser can't set a header here. */
export function createConnect(settings: ClientSettings, options: ClientOptions = {}): Connect {
  return (route, request = {}) => {
    const url = toUrl(route, request, settings, options);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const version = request.version ?? options.version ?? settings.version;
    if (version !== false) url.searchParams.set('api-version', version);
    const WebSocket = options.WebSocket ?? (globalThis as { WebSocket?: ClientOptions['WebSocket'] }).WebSocket;
    if (!WebSocket) {
      throw new ClientError(
        'GATI_CLIENT_SOCKET',
        'There is no WebSocket here.',
        'Give one: createClient({ WebSocket }), or use Node 22 and later.',
      );
    }
    return toConnection(new WebSocket(url.href, request.protocols), request.signal);
  };
}

function toConnection(socket: WebSocketLike, signal: AbortSignal | undefined): Connection<unknown, unknown> {
  socket.binaryType = 'arraybuffer';
  const waiting: (string | Uint8Array<ArrayBuffer>)[] = [];
  const listeners = new Set<(message: unknown) => void>();
  let early: unknown[] = [];

  const listen = (listener: (message: unknown) => void): (() => void) => {
    listeners.add(listener);
    for (const message of early.splice(0)) listener(message);
    return () => void listeners.delete(listener);
  };
  socket.addEventListener('message', ({ data }: { data: unknown }) => {
    const message = typeof data === 'string' ? toValue(data) : data instanceof ArrayBuffer ? new Uint8Array(data) : data;
    if (listeners.size === 0) early = [...early.slice(1 - MAX_EARLY), message];
    for (const listener of listeners) listener(message);
  });

  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.addEventListener('close', ({ code, reason }: { code: number; reason: string }) => resolve({ code, reason }));
  });
  const opened = new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => {
      for (const message of waiting.splice(0)) socket.send(message);
      resolve();
    });
    void closed.then(({ code, reason }) => reject(new Error(`the connection was closed: ${code} ${reason}`.trimEnd())));
  });
  // Who does not wait for it learns of the end by `closed` or the loop.
  opened.catch(() => {});
  socket.addEventListener('error', () => {});

  const close = (code?: number, reason?: string): void => socket.close(code, reason);
  const onAbort = (): void => close(1000);
  if (signal?.aborted) onAbort();
  else signal?.addEventListener('abort', onAbort, { once: true });
  void closed.then(() => signal?.removeEventListener('abort', onAbort));

  return {
    socket,
    opened,
    closed,
    close,
    onMessage: listen,
    send(message) {
      const data = message instanceof Uint8Array ? (message as Uint8Array<ArrayBuffer>) : toJson(message);
      if (socket.readyState === OPEN) socket.send(data);
      else waiting.push(data);
    },
    [Symbol.asyncIterator]: () => iterate(listen, closed, close),
  };
}

/** Ends when the connection does; leaving the loop closes it. */
function iterate(listen: Connection<unknown, unknown>['onMessage'], closed: Promise<unknown>, close: () => void): AsyncIterator<unknown> {
  const messages: unknown[] = [];
  let over = false;
  let wake = (): void => {};
  const stop = listen((message) => {
    messages.push(message);
    wake();
  });
  void closed.then(() => {
    over = true;
    wake();
  });
  return {
    async next() {
      for (;;) {
        if (messages.length > 0) return { done: false, value: messages.shift() };
        if (over) return { done: true, value: undefined };
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    async return() {
      stop();
      close();
      return { done: true, value: undefined };
    },
  };
}
