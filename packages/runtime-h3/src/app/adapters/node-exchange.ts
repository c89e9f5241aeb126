import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendContinue } from './expect-continue.ts';
import { endWithText } from './node-end.ts';
import type { ByteBudget } from '../request/byte-budget.ts';
import {
  type BodyReadError,
  type Exchange,
  type HeaderList,
  COMPRESSION_THRESHOLD,
  type Payload,
  type SharedHeaders,
} from '../../types/exchange.ts';
import type { AppOptions } from '../options.ts';
import { writeHead } from './node-head.ts';
import { canReuseHead, writeSharedHead } from './reused-head.ts';

/**
 * Milliseconds for which a client may continue to send a rejected body, so that it can read the
 * response before the connection ends.
 */
const REJECTED_BODY_TIMEOUT = 2000;

/** Bytes of a stream after which the worker serves other connections. */
const TURN = 16_384;

/** Part of the app that an exchange uses. */
interface ExchangeApp {
  /** Each response ends its connection. */
  readonly draining: boolean;
  readonly options: Pick<AppOptions, 'beforeLargeResponse' | 'takeRoom' | 'reusesHeads'>;
  readonly bodies: ByteBudget;
}

/** Returns whether the headers announce a body. */
export function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return length === undefined ? headers['transfer-encoding'] !== undefined : length !== '0';
}

/** Exchange on the request and the response of Node. */
export class NodeExchange implements Exchange {
  readonly method: string;
  readonly target: string;
  readonly #req: IncomingMessage;
  readonly #headers: IncomingMessage['headers'];
  readonly #res: ServerResponse;
  readonly #app: ExchangeApp;
  #consumed = false;
  #isRawUsed = false;

  constructor(req: IncomingMessage, res: ServerResponse, app: ExchangeApp) {
    this.#req = req;
    this.#headers = req.headers;
    this.#res = res;
    this.#app = app;
    this.method = req.method as string;
    this.target = req.url as string;
  }

  get raw(): IncomingMessage {
    this.#isRawUsed = true;
    return this.#req;
  }

  get peer(): string {
    return this.#req.socket.remoteAddress ?? '';
  }

  get encrypted(): boolean {
    return (this.#req.socket as { encrypted?: boolean }).encrypted === true;
  }

  get authority(): string | undefined {
    // HTTP/2, which Vite's server uses over TLS, has a pseudo-header instead of `Host`.
    return this.#headers.host ?? (this.#headers[':authority'] as string | undefined);
  }

  get sentType(): string | undefined {
    return this.#headers['content-type'];
  }

  get gone(): boolean {
    return this.#req.destroyed && !this.#req.complete;
  }

  header(name: string): string | undefined {
    const value = this.#headers[name];
    return typeof value === 'object' ? value.join(', ') : value;
  }

  headers(): Record<string, string | undefined> {
    const headers = this.#headers as Record<string, string | string[] | undefined>;
    const cookies = headers['set-cookie'];
    return (
      cookies === undefined ? headers : { ...headers, 'set-cookie': String(cookies) }
    ) as Record<string, string | undefined>;
  }

  hasBody(): boolean {
    return hasBody(this.#req);
  }

  read(
    limit: number,
    done: (error: BodyReadError | undefined, bytes: Uint8Array | undefined) => void,
  ): void {
    const req = this.#req;
    const declared = this.#headers['content-length'];
    if (declared !== undefined && Number(declared) > limit) return done('too_large', undefined);
    if (this.#headers.expect !== undefined) sendContinue(req, this.#res);
    // After this call, a short body is available before the next microtask, without a listener.
    req.read(0);
    void Promise.resolve().then(() => {
      if (declared === undefined || req.readableLength !== Number(declared))
        return this.#collect(limit, done);
      this.#consumed = true;
      // Without a size, Node 26 returns only the first of the chunks that arrived.
      done(undefined, (req.read(req.readableLength) as Buffer | null) ?? undefined);
    });
  }

  #collect(
    limit: number,
    done: (error: BodyReadError | undefined, bytes: Uint8Array | undefined) => void,
  ): void {
    const req = this.#req;
    const { bodies } = this.#app;
    const chunks: Buffer[] = [];
    let size = 0;
    let settled = false;
    const settle = (): void => {
      if (settled) return;
      settled = true;
      bodies.give(size);
    };
    req.on('data', (chunk: Buffer) => {
      if (settled) return;
      const isTooLarge = size + chunk.length > limit;
      if (isTooLarge || !bodies.take(chunk.length)) {
        settle();
        chunks.length = 0;
        return done(isTooLarge ? 'too_large' : 'overloaded', undefined);
      }
      size += chunk.length;
      chunks.push(chunk);
    });
    req.on('close', settle);
    req.on('end', () => {
      this.#consumed = true;
      if (settled) return;
      settle();
      done(undefined, Buffer.concat(chunks));
    });
  }

  decode(bytes: Uint8Array): string | undefined {
    const buffer = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const text = buffer.toString();
    // Malformed bytes become U+FFFD. Valid text rarely has that character, so the second check is
    // rare.
    if (text.includes('\uFFFD') && !isUtf8(buffer)) return undefined;
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  }

  onGone(callback: () => void): void {
    const res = this.#res;
    const onClose = (): void => {
      if (!isSent(res)) callback();
    };
    // The client may have left while code or context loaded, or before a handler read the signal.
    if (isClosed(res)) onClose();
    else res.once('close', onClose);
  }

  takeRoom(bytes: number): boolean {
    return this.method === 'HEAD' || (this.#app.options.takeRoom?.(this.#res, bytes) ?? true);
  }

  send(status: number, headers: HeaderList, body: Payload): undefined {
    const res = this.#res;
    if (res.writableEnded || res.destroyed) return;
    const linger = this.#mustLinger();
    if (this.#app.draining) res.shouldKeepAlive = false;
    if (linger) headers.push('connection', 'close');
    let length = 0;
    if (body !== undefined) {
      length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
      if (length >= COMPRESSION_THRESHOLD) this.#app.options.beforeLargeResponse?.(res);
      headers.push('content-length', String(length));
    } else if (status >= 200 && status !== 204 && status !== 304)
      headers.push('content-length', '0');
    writeHead(res, status, headers);
    if (linger) this.#waitForClient(body);
    else if (body === undefined) res.end();
    else if (typeof body !== 'string') res.end(body);
    // Node would encode the head with the text as UTF-8, but headers are Latin-1. Bytes keep them
    // apart.
    else if (length !== body.length) res.end(Buffer.from(body));
    else if (length < COMPRESSION_THRESHOLD && this.method !== 'HEAD') endWithText(res, body);
    else res.end(body, 'latin1');
    this.#emitEnd();
  }

  sendShared(
    status: number,
    headers: SharedHeaders,
    requestId: string,
    text: string,
    now: number,
  ): boolean {
    const res = this.#res;
    if (
      this.#app.options.reusesHeads !== true ||
      this.#app.draining ||
      this.method === 'HEAD' ||
      // `send` has the cases of these: compression, text beyond ASCII, a client that still sends.
      text.length >= COMPRESSION_THRESHOLD ||
      Buffer.byteLength(text) !== text.length ||
      this.#headers.expect !== undefined ||
      this.#mustLinger() ||
      !canReuseHead(res, status)
    )
      return false;
    writeSharedHead(res, status, headers, requestId, text.length, now);
    endWithText(res, text);
    this.#emitEnd();
    return true;
  }

  /** Returns whether the client may still send a body that nothing has read. */
  #mustLinger(): boolean {
    return !this.#consumed && this.method !== 'GET' && this.hasBody() && !this.#req.complete;
  }

  /**
   * Lets the request emit `end` and `close` for code that holds it as `req.raw`. A request that was
   * read ahead does not flow by itself.
   */
  #emitEnd(): void {
    if (this.#isRawUsed && (this.#consumed || !this.hasBody())) this.#req.resume();
  }

  /**
   * Ends the response only when the client has stopped sending. Closing at once would reset the
   * connection, and the reset can overtake the response.
   */
  #waitForClient(body: Payload): void {
    const res = this.#res;
    const req = this.#req;
    if (body !== undefined) res.write(body);
    const end = (): void => {
      clearTimeout(timer);
      res.end();
    };
    const timer = setTimeout(end, REJECTED_BODY_TIMEOUT);
    timer.unref();
    req.once('end', end);
    req.once('close', end);
    req.resume();
  }

  stream(
    status: number,
    headers: HeaderList,
    chunks: AsyncIterator<string | Uint8Array>,
    done: (error?: unknown) => void,
  ): void {
    const res = this.#res;
    if (this.#app.draining) res.shouldKeepAlive = false;
    if (this.method === 'HEAD' || res.destroyed) {
      if (!res.destroyed) writeHead(res, status, headers).end();
      this.#emitEnd();
      void Promise.resolve(chunks.return?.()).then(() => done(), done);
      return;
    }
    writeHead(res, status, headers);
    res.flushHeaders();
    writeChunks(res, chunks, (error) => {
      this.#emitEnd();
      done(error);
    });
  }

  destroy(): void {
    this.#res.destroy();
  }
}

/** HTTP/2, which Vite's server uses over TLS, has no `closed` on its responses. */
function isClosed(res: ServerResponse): boolean {
  return res.closed ?? (res as { stream?: { destroyed: boolean } }).stream?.destroyed === true;
}

/** `writableFinished` alone is also true for an HTTP/2 response that the client cancelled. */
function isSent(res: ServerResponse): boolean {
  return res.writableEnded && res.writableFinished;
}

function writeChunks(
  res: ServerResponse,
  chunks: AsyncIterator<string | Uint8Array>,
  done: (error?: unknown) => void,
): void {
  let isEnded = false;
  const finish = (error?: unknown): void => {
    if (isEnded) return;
    isEnded = true;
    res.off('close', onClose);
    done(error);
  };
  // A source may wait long for its next value, so nothing waits for it once the client has left.
  const onClose = (): void => {
    finish();
    void Promise.resolve(chunks.return?.()).catch(() => undefined);
  };
  res.once('close', onClose);
  const run = async (): Promise<void> => {
    let written = 0;
    for (;;) {
      const next = await chunks.next();
      if (isEnded) return;
      if (next.done) {
        res.end();
        return finish();
      }
      if (!res.write(next.value)) await writable(res);
      written += next.value.length;
      // As long as the system accepts every write, this loop never waits for the event loop. So it
      // waits after every `TURN` bytes.
      if (written < TURN) continue;
      written = 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  run().catch((error: unknown) => {
    finish(error);
    res.destroy();
  });
}

function writable(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      res.off('drain', go);
      res.off('close', go);
      resolve();
    };
    res.once('drain', go);
    res.once('close', go);
  });
}
