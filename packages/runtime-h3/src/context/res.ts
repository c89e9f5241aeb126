import { serializeCookie } from 'cookie-es';
import type { CookieOptions, Res, Sent } from '../types/context.ts';

/** What `res.json()` and its like return: told from a body by identity. */
export const SENT: Sent<never> = Object.freeze({}) as Sent<never>;

/** How the body was given. `open`: assigned or returned, so the contract says what it is. */
export type SentKind = 'open' | 'json' | 'text' | 'none' | 'stream';

export class ResponseContext implements Res {
  /** Of `res.json()` and its like it is what they got. */
  body: unknown = undefined;
  kind: SentKind = 'open';
  /** 0 until assigned, which reads as 200. */
  assignedStatus = 0;
  /** Made on first use. */
  assignedHeaders: Headers | undefined = undefined;

  get status(): number {
    return this.assignedStatus === 0 ? 200 : this.assignedStatus;
  }
  set status(status: number) {
    this.assignedStatus = status;
  }

  get headers(): Headers {
    return (this.assignedHeaders ??= new Headers());
  }

  // Getters, so that `({ json }) => json(…)` works as the types have it.
  get json(): <T>(value: T) => Sent<T> {
    return (value) => this.#sent('json', value);
  }

  get text(): (value: string) => Sent<string> {
    return (value) => this.#sent('text', String(value));
  }

  get redirect(): (url: string, status?: number) => Sent<undefined> {
    return (url, status = 302) => {
      this.assignedStatus = status;
      // A header field is ASCII; what is not is percent-encoded as a URL's path and query are.
      this.headers.set('location', String(url).replace(/[^\x21-\x7e]+/g, encodeURIComponent));
      return this.#sent('none', undefined);
    };
  }

  get stream(): (source: ReadableStream | AsyncIterable<unknown>) => Sent<ReadableStream> {
    return (source) => this.#sent('stream', source);
  }

  get cookie(): (name: string, value: string, options?: CookieOptions) => void {
    return (name, value, options = {}) =>
      this.headers.append('set-cookie', serializeCookie(name, value, { path: '/', ...options }));
  }

  #sent(kind: SentKind, value: unknown): typeof SENT {
    this.kind = kind;
    this.body = value;
    return SENT;
  }
}
