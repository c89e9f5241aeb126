import { addQueryKeys, type AnyCredentials } from './credentials.ts';
import { ClientError, ConnectionError } from './errors.ts';
import { parseData } from './events.ts';
import type { ClientOptions, ClientSettings, WebSocketLike } from './options.ts';
import { toUrl } from './request.ts';
import { toJson } from './text.ts';

/**
 * A WebSocket whose messages are typed: `Sent` go to the server, `Received` come from it. A loop
 * over it ends when the connection is closed. It throws a `ConnectionError` if the connection could
 * not be opened or broke.
 *
 * @example
 * const chat = client.chat.room({ params: { room: 'lobby' } });
 * chat.send({ text: 'hello' });
 * for await (const message of chat) console.log(message.text);
 */
export interface Connection<Sent, Received> extends AsyncIterable<Received> {
  /** Sends JSON, or bytes as they are. Messages are queued until the connection is open. */
  send(message: Sent): void;
  close(code?: number, reason?: string): void;
  /** Returns a function that removes the listener. */
  onMessage(listener: (message: Received) => void): () => void;
  /** Rejects with a `ConnectionError` if the connection could not be opened. */
  readonly opened: Promise<void>;
  /** Resolves when the connection has ended. Never rejects. */
  readonly closed: Promise<{ code: number; reason: string }>;
  /** The WebSocket itself. */
  readonly socket: WebSocketLike;
}

/** A connection to any route, untyped. */
export interface ConnectRequest {
  params?: object;
  query?: object;
  version?: string | false;
  protocols?: string | string[];
  signal?: AbortSignal;
}

/** Opens a WebSocket by its route id. */
export type Connect = (route: string, request?: ConnectRequest) => Connection<unknown, unknown>;

/**
 * Maximum number of received messages that are kept for the first listener. Older ones are dropped.
 */
const MAX_EARLY = 1024;
/** `WebSocket.OPEN`. */
const OPEN = 1;
/** Close codes that are not errors: normal closure, going away, no code. */
const CLEAN = new Set([1000, 1001, 1005]);

/**
 * Creates the function that opens the WebSockets of a client. The version is sent in the query,
 * because browsers can't set headers of a handshake.
 */
export function createConnect(
  settings: ClientSettings,
  options: ClientOptions & AnyCredentials = {},
): Connect {
  return (route, request = {}) => {
    const url = toUrl(route, request, settings, options);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const version = request.version ?? options.version ?? settings.version;
    if (version !== false) url.searchParams.set('api-version', version);
    addQueryKeys(route, url, settings, options);
    const WebSocket =
      options.WebSocket ?? (globalThis as { WebSocket?: ClientOptions['WebSocket'] }).WebSocket;
    if (!WebSocket) {
      throw new ClientError(
        'GATI_CLIENT_SOCKET',
        'There is no global WebSocket.',
        'Pass one: createClient({ WebSocket }), or use Node 22 or later.',
      );
    }
    return toConnection(
      new WebSocket(url.href, request.protocols),
      url.origin + url.pathname,
      request.signal,
    );
  };
}

function toConnection(
  socket: WebSocketLike,
  url: string,
  signal: AbortSignal | undefined,
): Connection<unknown, unknown> {
  socket.binaryType = 'arraybuffer';
  const unsent: (string | Uint8Array<ArrayBuffer>)[] = [];
  const listeners = new Set<(message: unknown) => void>();
  let early: unknown[] = [];

  const listen = (listener: (message: unknown) => void): (() => void) => {
    listeners.add(listener);
    for (const message of early.splice(0)) listener(message);
    return () => void listeners.delete(listener);
  };
  socket.addEventListener('message', ({ data }: { data: unknown }) => {
    const message =
      typeof data === 'string'
        ? parseData(data)
        : data instanceof ArrayBuffer
          ? new Uint8Array(data)
          : data;
    if (listeners.size === 0) early = [...early.slice(1 - MAX_EARLY), message];
    for (const listener of listeners) listener(message);
  });

  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.addEventListener('close', ({ code, reason }: { code: number; reason: string }) =>
      resolve({ code, reason }),
    );
  });
  let wasOpen = false;
  let closing = false;
  const end = closed.then(({ code, reason }) => {
    const clean = closing || (wasOpen && CLEAN.has(code));
    return { clean, error: new ConnectionError(url, wasOpen, code, reason) };
  });
  const opened = new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => {
      wasOpen = true;
      for (const message of unsent.splice(0)) socket.send(message);
      resolve();
    });
    void end.then(({ error }) => reject(error));
  });
  // A caller that does not await `opened` sees the error in the loop, or the end in `closed`.
  opened.catch(() => {});
  socket.addEventListener('error', () => {});

  const close = (code?: number, reason?: string): void => {
    closing = true;
    socket.close(code, reason);
  };
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
      const data =
        message instanceof Uint8Array ? (message as Uint8Array<ArrayBuffer>) : toJson(message);
      if (socket.readyState === OPEN) socket.send(data);
      else unsent.push(data);
    },
    [Symbol.asyncIterator]: () => iterate(listen, end, close),
  };
}

/** The end of a connection. */
interface End {
  /** Closed by this side, or by the server with a code that is not an error. */
  clean: boolean;
  error: ConnectionError;
}

/** Iterates over messages until the connection ends. Leaving the loop closes the connection. */
function iterate(
  listen: Connection<unknown, unknown>['onMessage'],
  end: Promise<End>,
  close: () => void,
): AsyncIterator<unknown> {
  const messages: unknown[] = [];
  let ended: End | undefined;
  let notify = (): void => {};
  const stop = listen((message) => {
    messages.push(message);
    notify();
  });
  void end.then((how) => {
    ended = how;
    notify();
  });
  return {
    async next() {
      for (;;) {
        if (messages.length > 0) return { done: false, value: messages.shift() };
        if (ended?.clean === false) throw ended.error;
        if (ended) return { done: true, value: undefined };
        await new Promise<void>((resolve) => (notify = resolve));
      }
    },
    async return() {
      stop();
      close();
      return { done: true, value: undefined };
    },
  };
}
