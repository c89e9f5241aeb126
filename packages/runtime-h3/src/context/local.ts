import { bindLogger } from '../telemetry/log/logger.ts';
import type { ContextSource } from './source.ts';
import type { LocalContext, Logger } from '../types/context.ts';

/** `lctx`: values and functions of one request. */
export class RequestLocal implements LocalContext {
  readonly #source: ContextSource;
  #logger: Logger | undefined;
  #state: Map<string, unknown> | undefined;
  #client: { ip: string; userAgent: string | undefined } | undefined;

  constructor(source: ContextSource) {
    this.#source = source;
  }

  get requestId(): string {
    return this.#source.requestId;
  }
  get traceId(): string {
    return this.#source.traceId;
  }
  get spanId(): string {
    return this.#source.spanId;
  }
  get version(): string {
    return this.#source.version;
  }
  get route(): string {
    return this.#source.route;
  }
  get logger(): Logger {
    const { route, requestId, traceId, spanId } = this;
    return (this.#logger ??= bindLogger(this.#source.logger, {
      route,
      requestId,
      traceId,
      spanId,
    }));
  }
  get signal(): AbortSignal {
    return this.#source.signal;
  }
  /** `performance.now()` at which the request is late. */
  get deadline(): number {
    return this.#source.deadline;
  }
  get state(): Map<string, unknown> {
    return (this.#state ??= new Map());
  }
  get client(): { ip: string; userAgent: string | undefined } {
    const { clientIp: ip, exchange } = this.#source;
    return (this.#client ??= { ip, userAgent: exchange.header('user-agent') });
  }

  waitUntil(promise: Promise<unknown>): void {
    this.#source.waitUntil(promise);
  }
}
