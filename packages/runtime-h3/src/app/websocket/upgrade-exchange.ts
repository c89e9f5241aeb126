import type { IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { BodyReadError, Exchange, HeaderList, Payload } from '../../types/exchange.ts';
import { printHeaders } from '../response/headers.ts';

/**
 * Exchange of a WebSocket handshake on Node. A response, which rejects the handshake, is written to
 * the bare socket.
 */
export class UpgradeExchange implements Exchange {
  readonly method = 'GET';
  readonly target: string;
  readonly raw: IncomingMessage;
  readonly #socket: Duplex;

  constructor(req: IncomingMessage, socket: Duplex) {
    this.raw = req;
    this.target = req.url ?? '';
    this.#socket = socket;
  }

  get peer(): string {
    return this.raw.socket.remoteAddress ?? '';
  }

  get encrypted(): boolean {
    return (this.raw.socket as { encrypted?: boolean }).encrypted === true;
  }

  get authority(): string | undefined {
    return this.raw.headers.host;
  }

  get sentType(): string | undefined {
    return this.raw.headers['content-type'];
  }

  get gone(): boolean {
    return this.#socket.destroyed || this.#socket.readableEnded;
  }

  header(name: string): string | undefined {
    const value = this.raw.headers[name];
    return typeof value === 'object' ? value.join(', ') : value;
  }

  headers(): Record<string, string | undefined> {
    return this.raw.headers as Record<string, string | undefined>;
  }

  hasBody(): boolean {
    return false;
  }

  read(
    _limit: number,
    done: (error: BodyReadError | undefined, bytes: Uint8Array | undefined) => void,
  ): void {
    done(undefined, undefined);
  }

  decode(): string | undefined {
    return undefined;
  }

  /** The responses are short: they reject a handshake. */
  takeRoom(): boolean {
    return true;
  }

  /**
   * A client that ends its side has also left, because no WebSocket client does that before the
   * handshake is accepted.
   */
  onGone(callback: () => void): void {
    if (this.gone) return callback();
    this.#socket.once('end', callback);
    this.#socket.once('close', callback);
  }

  send(status: number, headers: HeaderList, body: Payload): undefined {
    const bytes = Buffer.from(body ?? '');
    const line = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
    const head = `${line}Connection: close\r\nContent-Length: ${bytes.length}\r\n${printHeaders(headers)}\r\n`;
    this.#socket.end(Buffer.concat([Buffer.from(head, 'latin1'), bytes]), () =>
      this.#socket.destroy(),
    );
  }

  /** Sends the head only: a handshake is never rejected with a stream. */
  stream(
    status: number,
    headers: HeaderList,
    chunks: AsyncIterator<string | Uint8Array>,
    done: (error?: unknown) => void,
  ): void {
    this.send(status, headers, undefined);
    void Promise.resolve(chunks.return?.()).then(() => done(), done);
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
