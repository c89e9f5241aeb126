import type { Logger } from '../../context/types.ts';
import type { Recorder } from '../../telemetry/recorder.ts';
import type { ClientIp } from './client-ip.ts';
import type { Limits } from './limits.ts';
import type { Timed } from './in-flight.ts';

/** What a call needs of its app. */
export interface CallHost {
  readonly limits: Limits;
  readonly production: boolean;
  readonly logger: Logger;
  readonly clientIp: ClientIp;
  readonly recorder: Recorder;
  readonly inflight: { remove(call: Timed): void };
  waitUntil(promise: Promise<unknown>, logger: Logger): void;
  onError(error: unknown, route: string): Record<string, unknown> | undefined;
}
