import { ClientError, ConnectionError } from './errors.ts';
import { toValue } from './events.ts';
import type { ClientOptions, ClientSettings, WebSocketLike } from './options.ts';
import { toJson, toUrl } from './request.ts';

/**
 * A WebSocket whose messages are typed: `Sent` go to the server, `Received` come from it. A loop over it ends when it is closed,
 * and throws a `ConnectionError` where it never came about or was not closed as it should be.
 */
export interface Connection<Sent, Received> extends AsyncIterable<Received> {
  /** JSON text, or bytes as they are. Kept until the connection is open. */
  send(message: Sent): void;
  close(code?: number, reason?: string): void;
  /** Gives back what ends it. */
  onMessage(listener: (message: Received) => void): () => void;
  /** Rejects with a `ConnectionError` where no connection comes about. */
  readonly opened: Promise<void>;
  /** Never rejects. */
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
/** Closed as intended: done, going away, no code given. */
const CLEAN = new Set([1000, 1001, 1005]);

/** Makes the function that opens the WebSockets of a client. The version travels in the query: a browser can't set a header here. */
export function createConnect(settings: ClientSettings, options: ClientOptions = {}): Connect {
  return (route, request = {}) => {
    const url = toUrl(route, request, settings, options);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const version = request.version ?? options.version ?? settings.version;
    if (version !== false) url.searchParams.set('api-version', version);
    const WebSocket =
      options.WebSocket ?? (globalThis as { WebSocket?: ClientOptions['WebSocket'] }).WebSocket;
    if (!WebSocket) {
      throw new ClientError(
        'GATI_CLIENT_SOCKET',
        'There is no WebSocket here.',
        'Give one: createClient({ WebSocket }), or use Node 22 and later.',
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
  const waiting: (string | Uint8Array<ArrayBuffer>)[] = [];
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
        ? toValue(data)
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
  let asked = false;
  const end = closed.then(({ code, reason }) => {
    const clean = asked || (wasOpen && CLEAN.has(code));
    return { clean, error: new ConnectionError(url, wasOpen, code, reason) };
  });
  const opened = new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => {
      wasOpen = true;
      for (const message of waiting.splice(0)) socket.send(message);
      resolve();
    });
    void end.then(({ error }) => reject(error));
  });
  // Who does not wait for it learns of the end by `closed` or the loop.
  opened.catch(() => {});
  socket.addEventListener('error', () => {});

  const close = (code?: number, reason?: string): void => {
    asked = true;
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
      else waiting.push(data);
    },
    [Symbol.asyncIterator]: () => iterate(listen, end, close),
  };
}

interface End {
  /** As intended, or as this side asked for. */
  clean: boolean;
  error: ConnectionError;
}

/** Ends when the connection does, with its error unless that was clean; leaving the loop closes it. */
function iterate(
  listen: Connection<unknown, unknown>['onMessage'],
  end: Promise<End>,
  close: () => void,
): AsyncIterator<unknown> {
  const messages: unknown[] = [];
  let over: End | undefined;
  let wake = (): void => {};
  const stop = listen((message) => {
    messages.push(message);
    wake();
  });
  void end.then((how) => {
    over = how;
    wake();
  });
  return {
    async next() {
      for (;;) {
        if (messages.length > 0) return { done: false, value: messages.shift() };
        if (over?.clean === false) throw over.error;
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
