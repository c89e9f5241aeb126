import type { Exchange } from '../types/exchange.ts';
import type { Logger } from '../types/context.ts';

/** Source of `req` and `lctx`. The call of the pipeline implements it. */
export interface ContextSource {
  readonly exchange: Exchange;
  readonly path: string;
  readonly params: Record<string, unknown>;
  /** Checked and decoded, or as it arrived if the route declares nothing. */
  readonly query: Record<string, unknown>;
  readonly headers: Record<string, unknown>;
  readonly body: unknown;
  readonly rawBody: Uint8Array | undefined;
  readonly requestId: string;
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  readonly version: string;
  readonly route: string;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** `performance.now()` at which the request is late. */
  readonly deadline: number;
  readonly clientIp: string;
  waitUntil(promise: Promise<unknown>): void;
}
