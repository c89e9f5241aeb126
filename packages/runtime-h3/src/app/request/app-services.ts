import type { Logger } from '../../types/context.ts';
import type { LimitCounts } from '../../telemetry/record/limit-counts.ts';
import type { Recorder } from '../../telemetry/record/recorder.ts';
import type { Tracer } from '../../telemetry/trace/tracer.ts';
import type { ClientIp, TrustedPeer } from './client-ip.ts';
import type { Limits } from '../../types/limits.ts';
import type { InFlightItem } from './in-flight.ts';

/** Part of the app that a call uses. */
export interface AppServices {
  readonly limits: Limits;
  readonly limitCounts: LimitCounts;
  readonly production: boolean;
  readonly logger: Logger;
  readonly clientIp: ClientIp;
  readonly isTrustedPeer: TrustedPeer;
  readonly recorder: Recorder;
  readonly tracer: Tracer | undefined;
  readonly inflight: { remove(call: InFlightItem): void };
  waitUntil(promise: Promise<unknown>, logger: Logger): void;
  onError(error: unknown, route: string): Record<string, unknown> | undefined;
}
