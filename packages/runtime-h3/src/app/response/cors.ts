import type { HeaderList } from '../../types/exchange.ts';
import type { CorsOptions } from '../options.ts';

const ALLOWED =
  'X-API-Version, X-Gati-SDK, traceparent, Idempotency-Key, Content-Type, Authorization, X-Request-Id';
const EXPOSED = 'X-API-Version, X-Gati-Release, Link, Retry-After, X-Request-Id';
const LOOPBACK =
  /^https?:\/\/(?:localhost|[\w-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;
const PREFLIGHT_AGE = '600';

/** Decides which origins may read responses (https://fetch.spec.whatwg.org/#http-cors-protocol). */
export class Cors {
  readonly #any: boolean;
  readonly #origins: Set<string>;
  readonly #credentials: boolean;
  readonly #loopback: boolean;

  constructor(options: CorsOptions | undefined, mode: 'development' | 'production') {
    this.#any = options?.origins === true;
    this.#origins = new Set(
      options === undefined || options.origins === true ? [] : options.origins,
    );
    this.#credentials = options?.credentials === true && !this.#any;
    this.#loopback = mode === 'development';
  }

  /** No origin can be allowed, so requests skip the check. */
  get off(): boolean {
    return !this.#any && !this.#loopback && this.#origins.size === 0;
  }

  allows(origin: string): boolean {
    return this.#any || this.#origins.has(origin) || (this.#loopback && LOOPBACK.test(origin));
  }

  /**
   * Returns the CORS headers of a response. A rejected origin gets `Vary` too; without it a cache
   * could give the response for one origin to another.
   */
  headers(origin: string | undefined): HeaderList {
    if (this.#any)
      return origin === undefined
        ? []
        : ['access-control-allow-origin', '*', 'access-control-expose-headers', EXPOSED];
    if (origin === undefined || !this.allows(origin)) return ['vary', 'Origin'];
    const headers = [
      'access-control-allow-origin',
      origin,
      'vary',
      'Origin',
      'access-control-expose-headers',
      EXPOSED,
    ];
    if (this.#credentials) headers.push('access-control-allow-credentials', 'true');
    return headers;
  }

  /**
   * Returns further headers for a preflight from an allowed origin. `declared` are the headers that
   * the contract of the route names.
   */
  preflight(methods: string, declared: string[]): HeaderList {
    const allowed = [ALLOWED, ...declared].join(', ');
    return [
      'access-control-allow-methods',
      methods,
      'access-control-allow-headers',
      allowed,
      'access-control-max-age',
      PREFLIGHT_AGE,
    ];
  }
}
