import { serializeCookie } from 'cookie-es';
import type { CookieOptions, Res, Sent } from '../types/context.ts';

/** Return value of `res.json()` and similar methods, recognized by identity. */
export const SENT: Sent<never> = Object.freeze({}) as Sent<never>;

/**
 * The way in which the handler set the body. `open`: assigned or returned, so the contract
 * determines its type.
 */
export type SentKind = 'open' | 'json' | 'text' | 'none' | 'stream';

/** The request that a response belongs to. */
interface Requested {
  readonly isOverHttps: boolean;
}

/**
 * Whether browsers accept the cookie only with `Secure`: because of the prefix of its name, or
 * because of `SameSite=None`.
 */
const mustBeSecure = (name: string, sameSite: CookieOptions['sameSite']): boolean =>
  sameSite === 'none' || /^__(?:Host|Secure)-/i.test(name);

export class ResponseContext implements Res {
  readonly #request: Requested;
  /** The assigned body, or the argument of `res.json()`, `res.text()` or `res.stream()`. */
  body: unknown = undefined;
  kind: SentKind = 'open';
  /** 0 until a status is assigned; `status` is then 200. */
  assignedStatus = 0;
  /** Headers that the handler assigned. Created on first use. */
  assignedHeaders: Headers | undefined = undefined;

  constructor(request: Requested) {
    this.#request = request;
  }

  get status(): number {
    return this.assignedStatus === 0 ? 200 : this.assignedStatus;
  }
  set status(status: number) {
    this.assignedStatus = status;
  }

  get headers(): Headers {
    return (this.assignedHeaders ??= new Headers());
  }

  // Getters, so that `({ json }) => json(…)` works as the types allow.
  get json(): <T>(value: T) => Sent<T> {
    return (value) => this.#sent('json', value);
  }

  get text(): (value: string) => Sent<string> {
    return (value) => this.#sent('text', String(value));
  }

  get redirect(): (url: string, status?: number) => Sent<undefined> {
    return (url, status = 302) => {
      this.assignedStatus = status;
      // A header is ASCII. Other characters are percent-encoded, as in the path and the query of a
      // URL.
      this.headers.set('location', String(url).replace(/[^\x21-\x7e]+/g, encodeURIComponent));
      return this.#sent('none', undefined);
    };
  }

  get stream(): (source: ReadableStream | AsyncIterable<unknown>) => Sent<ReadableStream> {
    return (source) => this.#sent('stream', source);
  }

  get cookie(): (name: string, value: string, options?: CookieOptions) => void {
    return (name, value, options = {}) => {
      const { path = '/', httpOnly = true, sameSite = 'lax', ...rest } = options;
      const { secure = mustBeSecure(name, sameSite) || this.#request.isOverHttps } = options;
      const attributes = { ...rest, path, httpOnly, sameSite, secure };
      this.headers.append('set-cookie', serializeCookie(name, value, attributes));
    };
  }

  #sent(kind: SentKind, value: unknown): typeof SENT {
    this.kind = kind;
    this.body = value;
    return SENT;
  }
}
