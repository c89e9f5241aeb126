import { parseCookie } from 'cookie-es';
import type { ContextSource } from './source.ts';
import type { Req } from '../types/context.ts';

/** `req`: the request as a handler sees it. Expensive parts are created on first use. */
export class RequestContext implements Req {
  readonly #source: ContextSource;
  #cookies: Record<string, string | undefined> | undefined;

  constructor(source: ContextSource) {
    this.#source = source;
  }

  get method(): string {
    return this.#source.exchange.method;
  }
  get path(): string {
    return this.#source.path;
  }
  get params(): Record<string, string> {
    return this.#source.params as Record<string, string>;
  }
  get query(): Record<string, string | string[] | undefined> {
    return this.#source.query as Record<string, string | string[] | undefined>;
  }
  get headers(): Record<string, string | undefined> {
    return this.#source.headers as Record<string, string | undefined>;
  }
  get cookies(): Record<string, string | undefined> {
    return (this.#cookies ??= parseCookie(this.#source.exchange.header('cookie') ?? ''));
  }
  get body(): unknown {
    return this.#source.body;
  }
  get rawBody(): Uint8Array | undefined {
    return this.#source.rawBody;
  }
  get raw(): unknown {
    return this.#source.exchange.raw;
  }
}
