import type { Logger } from '../types/context.ts';
import type { ReleaseBundle } from '../types/bundle.ts';
import { LimitCounts } from '../telemetry/record/limit-counts.ts';
import type { RouteInfo } from '../telemetry/export/server-metrics.ts';
import { Recorder } from '../telemetry/record/recorder.ts';
import type { SocketStats } from '../telemetry/record/socket-stats.ts';
import type { RouteStats } from '../telemetry/record/route-stats.ts';
import type { Tracer } from '../telemetry/trace/tracer.ts';
import type { Call } from './request/call.ts';
import { ByteBudget } from './request/byte-budget.ts';
import type { AppServices } from './request/app-services.ts';
import {
  type ClientIp,
  createClientIp,
  createTrustedPeer,
  type TrustedPeer,
} from './request/client-ip.ts';
import { Cors } from './response/cors.ts';
import { noReleaseHeaders, PAGE_VARY } from './response/headers.ts';
import { InFlight } from './request/in-flight.ts';
import { DEFAULT_LIMITS, type Limits } from '../types/limits.ts';
import type { AppOptions } from './options.ts';
import { normalizeBase } from './request/path.ts';
import { NO_RELEASE } from './release/no-release.ts';
import { ReleaseState } from './release/release-state.ts';
import type { VersionEntry } from './versions/entry.ts';
import { VersionTable } from './versions/table.ts';

/** State of the app, shared by all of its requests. */
export class AppState implements AppServices {
  readonly options: AppOptions;
  readonly base: string;
  /** `Vary` of every response. */
  readonly vary: string;
  readonly limits: Limits;
  readonly limitCounts: LimitCounts;
  /** Bytes of the bodies that are being read. */
  readonly bodies: ByteBudget;
  readonly production: boolean;
  /** `undefined` when the options allow no origin. */
  readonly cors: Cors | undefined;
  readonly clientIp: ClientIp;
  readonly isTrustedPeer: TrustedPeer;
  readonly logger: Logger;
  readonly recorder: Recorder;
  readonly tracer: Tracer | undefined;
  readonly inflight: InFlight<Call>;
  /** Statistics by version, method and path. They outlive the release. */
  readonly stats: Map<string, RouteStats> = new Map();
  draining = false;
  /** WebSocket handshakes that wait for guards, middleware or code. */
  handshakes = 0;
  /** Absent until a WebSocket opens. */
  openSockets: { close(code: number, reason: string): void; stats: SocketStats } | undefined =
    undefined;
  readonly #pending = new Set<Promise<unknown>>();
  readonly #releases = new WeakMap<ReleaseBundle, ReleaseState>();
  /** State for requests that belong to no release. */
  readonly noRelease: ReleaseState;
  #table: VersionTable | undefined;

  constructor(options: AppOptions, expire: (call: Call) => void) {
    this.options = options;
    this.base = normalizeBase(options.base);
    this.vary = options.pages === true ? `X-API-Version, ${PAGE_VARY}` : 'X-API-Version';
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.limitCounts = options.limitCounts ?? new LimitCounts();
    const { bodies, body, upload } = this.limits;
    this.bodies = new ByteBudget(Math.max(bodies, body, upload));
    this.production = options.mode === 'production';
    const cors = new Cors(options.cors, options.mode);
    this.cors = cors.off ? undefined : cors;
    this.clientIp = createClientIp(options.trustProxy);
    this.isTrustedPeer = createTrustedPeer(options.trustProxy);
    this.logger = options.logger;
    this.recorder = new Recorder(options.log);
    this.tracer = options.tracer;
    this.inflight = new InFlight(expire);
    this.noRelease = new ReleaseState(NO_RELEASE, noReleaseHeaders(this), this.stats);
  }

  /** The version table of the releases that are served now. */
  get table(): VersionTable {
    const served = this.options.releases();
    if (this.#table?.served === served) return this.#table;
    return (this.#table = new VersionTable(served, {
      base: this.base,
      vary: this.vary,
      openapi: this.options.expose?.openapi !== false,
      missing: this.options.missingVersion ?? 'choose',
      lenient: !this.production,
    }));
  }

  /**
   * Returns the state of a release. The result is a promise while the code of the release loads.
   */
  releaseState(entry: VersionEntry): ReleaseState | Promise<ReleaseState> {
    if (entry.state !== undefined) return entry.state;
    const bundle = entry.served.bundle();
    return bundle instanceof Promise
      ? bundle.then((loaded) => this.#keepState(entry, loaded))
      : this.#keepState(entry, bundle);
  }

  /**
   * Returns the state of a retired release whose code is not loaded: responses that the migration
   * sends itself, such as 400, have its version and headers.
   */
  retiredState(entry: VersionEntry): ReleaseState {
    const { version, id, headers } = entry;
    return (entry.state ??= new ReleaseState({ ...NO_RELEASE, version, id }, headers, this.stats));
  }

  /** Returns the routes of all releases whose code is loaded. */
  routes(): RouteInfo[] {
    const { entries, latest } = this.table;
    const loaded = entries.map(({ state }) => state?.bundle);
    // Includes the release that clients get by default, even before its first request.
    const current = latest?.served.bundle();
    if (current !== undefined && !(current instanceof Promise)) loaded.push(current);
    return [...new Set(loaded)].flatMap((bundle) =>
      (bundle?.routes ?? []).map(({ method, path }) => ({
        method,
        route: path,
        version: bundle!.version,
      })),
    );
  }

  usage(bundle: ReleaseBundle): { open: number; idle: number } {
    const state = this.#releases.get(bundle);
    return state === undefined
      ? { open: 0, idle: 0 }
      : { open: state.open, idle: performance.now() - state.usedAt };
  }

  #keepState(entry: VersionEntry, bundle: ReleaseBundle): ReleaseState {
    let state = this.#releases.get(bundle);
    if (state === undefined) {
      state = new ReleaseState(bundle, entry.headers, this.stats, this.tracer);
      this.#releases.set(bundle, state);
    }
    state.headers = entry.headers;
    return (entry.state = state);
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

  /** Resolves when no request and no promise of `waitUntil` is open. */
  async idle(): Promise<void> {
    while (this.inflight.size > 0 || this.#pending.size > 0) {
      await this.inflight.idle();
      await Promise.all(this.#pending);
    }
  }
}
