import type { Exchange } from '../types/exchange.ts';
import type { Logger } from '../types/context.ts';

/** What `req` and `lctx` read from. The pipeline's call is one. */
export interface ContextSource {
  readonly exchange: Exchange;
  readonly path: string;
  readonly params: Record<string, unknown>;
  /** Checked and decoded, or as it came. */
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
  readonly clientIp: string;
  waitUntil(promise: Promise<unknown>): void;
}
