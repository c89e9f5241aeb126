import type { Dispatcher, Pool as PoolType } from 'undici';
import Pool from 'undici/lib/dispatcher/pool.js';
import { ModuleFailure } from './module-error.ts';

/** Milliseconds that a connection stays open without a request. */
const KEEP_ALIVE = 60_000;
/**
 * Milliseconds after which a connection to a shared address is replaced, so that new servers get
 * connections too.
 */
const SHARED_LIFE = 30_000;
/** Bytes of a stream that wait for its reader before the module is slowed down. */
const STREAM_BUFFER = 262_144;

/** Where requests go. */
export interface ChannelTarget {
  origin: string;
  socketPath?: string;
  /** Path before that of each request, without a slash at the end. */
  base?: string;
  /** Whether several servers share the address and its connections. */
  isShared?: boolean;
}

export interface ChannelRequest {
  method: string;
  path: string;
  /** Names and values in turn. */
  headers: string[];
  body: string | undefined;
  /** `performance.now()` at which the request must have ended. */
  deadline: number;
  signal: AbortSignal | undefined;
  /** Bytes of the response, or of a line of a stream, at most. */
  most: number;
}

export interface ChannelResponse {
  status: number;
  type: string;
  text: string;
}

export interface ChannelStream {
  status: number;
  type: string;
  /** Lines of the response. */
  lines: AsyncIterable<string>;
}

/** Connections to one address of a module. */
export class HttpChannel {
  readonly #pool: PoolType;

  constructor({ origin, socketPath, isShared }: ChannelTarget, connections: number) {
    this.#pool = new Pool(origin, {
      connections,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE,
      // Each request has a deadline of its own.
      headersTimeout: 0,
      bodyTimeout: 0,
      ...(socketPath !== undefined && { socketPath }),
      ...(isShared && { clientTtl: SHARED_LIFE }),
    });
  }

  /** @throws {ModuleFailure}, or the reason of the signal */
  send(request: ChannelRequest): Promise<ChannelResponse> {
    return new Promise((resolve, reject) => {
      request.signal?.throwIfAborted();
      this.#dispatch(request, new BufferedResponse(request, resolve, reject));
    });
  }

  /** Resolves once the head of the response is there. */
  open(request: ChannelRequest): Promise<ChannelStream> {
    return new Promise((resolve, reject) => {
      request.signal?.throwIfAborted();
      this.#dispatch(request, new StreamedResponse(request, resolve, reject));
    });
  }

  #dispatch({ method, path, headers, body }: ChannelRequest, handler: ResponseHandler): void {
    try {
      this.#pool.dispatch(
        { method: method as Dispatcher.HttpMethod, path, headers, body: body ?? null },
        handler,
      );
    } catch (error) {
      handler.onResponseError(undefined, error as Error);
    }
  }

  /** Resolves when all requests have ended. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  destroy(): Promise<void> {
    return this.#pool.destroy();
  }
}

type Headers = Record<string, string | string[] | undefined>;

/** Base of both kinds of responses: the deadline, the signal, and errors of the connection. */
abstract class ResponseHandler implements Dispatcher.DispatchHandler {
  protected readonly most: number;
  protected controller: Dispatcher.DispatchController | undefined;
  protected isDone = false;
  #wasSent = false;
  readonly #timer: NodeJS.Timeout;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => this.end(this.#signal!.reason as Error);

  constructor({ deadline, signal, most }: ChannelRequest) {
    this.most = most;
    this.#signal = signal;
    this.#timer = setTimeout(
      () => this.end(new ModuleFailure('late', 'it did not respond in time.', this.#wasSent)),
      Math.max(0, deadline - performance.now()),
    );
    signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  abstract onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Headers,
  ): void;
  abstract onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void;
  abstract onResponseEnd(): void;
  protected abstract reject(error: Error): void;

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    this.#wasSent = true;
    // The deadline passed while the request waited for a connection.
    if (this.isDone) controller.abort(new Error('late'));
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.end(toFailure(error, this.#wasSent));
  }

  /** Ends the request with an error. */
  protected end(error: Error): void {
    if (this.isDone) return;
    this.finish();
    this.reject(error);
    this.controller?.abort(error);
  }

  protected finish(): void {
    this.isDone = true;
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#onAbort);
  }

  protected garbage(reason: string): void {
    this.end(new ModuleFailure('answer', reason));
  }

  /** A compressed response could be larger than any limit once it is unpacked. */
  protected rejectsEncoding(headers: Headers): boolean {
    const encoding = headers['content-encoding'];
    if (encoding === undefined || encoding === 'identity') return false;
    this.garbage(`its response is encoded as ${String(encoding).slice(0, 50)}.`);
    return true;
  }
}

class BufferedResponse extends ResponseHandler {
  readonly #resolve: (response: ChannelResponse) => void;
  protected readonly reject: (error: Error) => void;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #status = 0;
  #type = '';

  constructor(
    request: ChannelRequest,
    resolve: (response: ChannelResponse) => void,
    reject: (error: Error) => void,
  ) {
    super(request);
    this.#resolve = resolve;
    this.reject = reject;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Headers,
  ): void {
    if (this.rejectsEncoding(headers)) return;
    this.#status = status;
    this.#type = String(headers['content-type'] ?? '');
    if (Number(headers['content-length']) > this.most) this.#tooLarge();
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.isDone) return;
    this.#bytes += chunk.length;
    if (this.#bytes > this.most) this.#tooLarge();
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.isDone) return;
    this.finish();
    const [first] = this.#chunks;
    const text =
      this.#chunks.length === 1 ? first!.toString() : Buffer.concat(this.#chunks).toString();
    this.#resolve({ status: this.#status, type: this.#type, text });
  }

  #tooLarge(): void {
    this.garbage(`its response has more than ${this.most} bytes.`);
  }
}

class StreamedResponse extends ResponseHandler {
  readonly #resolve: (stream: ChannelStream) => void;
  readonly #reject: (error: Error) => void;
  readonly #lines: string[] = [];
  #buffered = 0;
  #rest: Buffer[] = [];
  #restBytes = 0;
  #isOpen = false;
  #hasEnded = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(
    request: ChannelRequest,
    resolve: (stream: ChannelStream) => void,
    reject: (error: Error) => void,
  ) {
    super(request);
    this.#resolve = resolve;
    this.#reject = reject;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Headers,
  ): void {
    if (this.rejectsEncoding(headers)) return;
    this.#isOpen = true;
    this.#resolve({
      status,
      type: String(headers['content-type'] ?? ''),
      lines: { [Symbol.asyncIterator]: () => this.#read() },
    });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.isDone) return;
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      this.#push(Buffer.concat([...this.#rest, chunk.subarray(from, at)]).toString());
      this.#rest = [];
      this.#restBytes = 0;
      from = at + 1;
    }
    const rest = chunk.subarray(from);
    this.#restBytes += rest.length;
    if (this.#restBytes > this.most)
      return this.garbage(`a line of its response has more than ${this.most} bytes.`);
    if (rest.length > 0) this.#rest.push(rest);
    if (this.#buffered > STREAM_BUFFER) controller.pause();
    this.#wake?.();
  }

  onResponseEnd(): void {
    if (this.isDone) return;
    if (this.#restBytes > 0) this.#push(Buffer.concat(this.#rest).toString());
    this.finish();
    this.#hasEnded = true;
    this.#wake?.();
  }

  protected reject(error: Error): void {
    if (!this.#isOpen) return this.#reject(error);
    this.#error = error;
    this.#wake?.();
  }

  #push(line: string): void {
    if (line.trim() === '') return;
    this.#lines.push(line);
    this.#buffered += line.length;
  }

  async *#read(): AsyncGenerator<string> {
    try {
      for (;;) {
        const line = this.#lines.shift();
        if (line !== undefined) {
          this.#buffered -= line.length;
          if (this.#buffered <= STREAM_BUFFER) this.controller?.resume();
          yield line;
        } else if (this.#error) throw this.#error;
        else if (this.#hasEnded) return;
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      // The reader stopped before the end.
      if (!this.isDone) {
        this.finish();
        this.controller?.abort(new Error('the stream is not read any more'));
      }
    }
  }
}

/** Codes of connections that were never made. */
const UNREACHABLE = [
  'ECONNREFUSED',
  'ENOENT',
  'EAGAIN',
  'EACCES',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
];

function toFailure(error: Error, wasSent: boolean): Error {
  if (error instanceof ModuleFailure) return error;
  const { code = '', message, name } = error as NodeJS.ErrnoException;
  if (name === 'HTTPParserError' || /^UND_ERR_(RES|HEADERS)/.test(code))
    return new ModuleFailure('answer', `its response can't be parsed: ${message}.`);
  if (UNREACHABLE.includes(code) || !wasSent)
    return new ModuleFailure('unavailable', `it can't be reached: ${message}.`, false);
  return new ModuleFailure('failed', `the connection ended: ${message}.`);
}
