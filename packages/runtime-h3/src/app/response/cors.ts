import type { HeaderList } from '../../types/exchange.ts';
import type { CorsOptions } from '../options.ts';

const ALLOWED =
  'X-API-Version, traceparent, Idempotency-Key, Content-Type, Authorization, X-Request-Id';
const EXPOSED = 'X-API-Version, X-Gati-Release, Link, Retry-After, X-Request-Id';
const LOOPBACK =
  /^https?:\/\/(?:localhost|[\w-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;
const PREFLIGHT_AGE = '600';

/** Who may read answers from another origin (https://fetch.spec.whatwg.org/#http-cors-protocol). */
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

  /** Nothing can be allowed, so no request needs a look. */
  get off(): boolean {
    return !this.#any && !this.#loopback && this.#origins.size === 0;
  }

  allows(origin: string): boolean {
    return this.#any || this.#origins.has(origin) || (this.#loopback && LOOPBACK.test(origin));
  }

  /** Flat list for an answer. `Vary` also where the origin is refused, or a cache would give one origin's answer to another. */
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

  /** For the answer to a preflight of an allowed origin. `declared` are the headers that the route's contract names. */
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
