import type { Logger } from '../context/types.ts';
import type { ReleaseBundle } from '../releases/bundle.ts';
import { createLogger } from '../telemetry/logger.ts';
import { Recorder } from '../telemetry/recorder.ts';
import type { RouteStats } from '../telemetry/stats.ts';
import type { Call } from './call.ts';
import type { CallHost } from './call-host.ts';
import { type ClientIp, toClientIp } from './client-ip.ts';
import { Cors } from './cors.ts';
import { InFlight } from './inflight.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import type { AppOptions } from './options.ts';
import { toBase } from './path.ts';
import { ReleaseState } from './plan.ts';

/** What lives as long as the app. */
export class Core implements CallHost {
  readonly options: AppOptions;
  readonly base: string;
  readonly limits: Limits;
  readonly production: boolean;
  /** `undefined`: no origin can be allowed. */
  readonly cors: Cors | undefined;
  readonly clientIp: ClientIp;
  readonly logger: Logger;
  readonly recorder: Recorder;
  readonly inflight: InFlight<Call>;
  /** By version and route; outlives a release. */
  readonly stats: Map<string, RouteStats> = new Map();
  draining = false;
  readonly #pending = new Set<Promise<unknown>>();
  readonly #releases = new WeakMap<ReleaseBundle, ReleaseState>();
  #last: ReleaseState | undefined;

  constructor(options: AppOptions, expire: (call: Call) => void) {
    this.options = options;
    this.base = toBase(options.base);
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.production = options.mode === 'production';
    const cors = new Cors(options.cors, options.mode);
    this.cors = cors.off ? undefined : cors;
    this.clientIp = toClientIp(options.trustProxy);
    this.logger = options.logger ?? createLogger({ mode: options.mode });
    this.recorder = new Recorder(options.log);
    this.inflight = new InFlight(expire);
  }

  state(bundle: ReleaseBundle): ReleaseState {
    if (this.#last?.bundle === bundle) return this.#last;
    let state = this.#releases.get(bundle);
    if (state === undefined) this.#releases.set(bundle, (state = new ReleaseState(bundle, this.stats)));
    return (this.#last = state);
  }

  waitUntil(promise: Promise<unknown>, logger: Logger): void {
    const settled = Promise.resolve(promise)
      .catch((error: unknown) => logger.error('a promise of waitUntil failed', { error }))
      .finally(() => this.#pending.delete(settled));
    this.#pending.add(settled);
  }

  onError(error: unknown, route: string): Record<string, unknown> | undefined {
    return this.options.onError?.(error, route);
  }

  /** Resolves when no answer and no promise of `waitUntil` is open. */
  async idle(): Promise<void> {
    while (this.inflight.size > 0 || this.#pending.size > 0) {
      await this.inflight.idle();
      await Promise.all(this.#pending);
    }
  }
}
