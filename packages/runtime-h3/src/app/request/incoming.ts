import { Call } from './call.ts';
import type { AppState } from '../app-state.ts';
import type { Exchange } from '../../types/exchange.ts';
import type { Trace } from '../../telemetry/trace/trace.ts';
import { belowBase, normalizePath } from './path.ts';
import type { ReleaseState, RouteState } from '../release/release-state.ts';
import type { VersionedRequest } from '../versions/requested-version.ts';

/** Request whose release and route are not known yet. */
export class IncomingRequest implements VersionedRequest {
  readonly app: AppState;
  readonly exchange: Exchange;
  readonly started: number;
  /** Spans that began before the route was known. The call continues their trace. */
  trace: Trace | undefined = undefined;
  /** Path below the base, not decoded. `undefined`: the target can't be a route. */
  readonly path: string | undefined;
  /** Path as the client requested it, with the base. Telemetry contains it. */
  readonly #requestedPath: string;
  /** Query without the `?`. The version is removed from it when the release is chosen. */
  search: string;
  /** Called instead of a 404 when no route has the path, as Vite's `next` is in development. */
  readonly next: (() => void) | undefined;

  constructor(
    app: AppState,
    exchange: Exchange,
    next: (() => void) | undefined,
    started: number = performance.now(),
  ) {
    this.app = app;
    this.exchange = exchange;
    this.next = next;
    this.started = started;
    const { target } = exchange;
    const at = target.indexOf('?');
    const written = at === -1 ? target : target.slice(0, at);
    const fullPath = normalizePath(written);
    this.#requestedPath = fullPath ?? written;
    this.path = fullPath === undefined ? undefined : belowBase(fullPath, app.base);
    this.search = at === -1 ? '' : target.slice(at + 1);
  }

  /** Starts the call, which is in flight from now on. */
  beginCall(release: ReleaseState, routeState: RouteState): Call {
    const { app, exchange, search, started } = this;
    const call = new Call(app, exchange, release, routeState, this.#requestedPath, search, started);
    if (this.trace !== undefined) call.continueTrace(this.trace);
    app.inflight.add(call);
    if (app.cors !== undefined) call.cors = app.cors.headers(exchange.header('origin'));
    release.open++;
    release.usedAt = started;
    return call;
  }
}
