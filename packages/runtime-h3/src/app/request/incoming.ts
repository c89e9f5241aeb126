import { Call } from './call.ts';
import type { AppState } from '../app-state.ts';
import type { Exchange } from '../../types/exchange.ts';
import { belowBase, normalizePath } from './path.ts';
import type { ReleaseState, RouteState } from '../route/release-state.ts';
import type { VersionedRequest } from '../versions/requested-version.ts';

/** A request before it is known which release and route it is for. */
export class IncomingRequest implements VersionedRequest {
  readonly app: AppState;
  readonly exchange: Exchange;
  readonly started: number = performance.now();
  /** Below the base, not decoded; `undefined`: nothing that could be a route. */
  readonly path: string | undefined;
  /** Query without the `?`, and without the version once that is taken. */
  search: string;
  /** Whose the request is where no route has its path. */
  readonly next: (() => void) | undefined;

  constructor(app: AppState, exchange: Exchange, next: (() => void) | undefined) {
    this.app = app;
    this.exchange = exchange;
    this.next = next;
    const { target } = exchange;
    const at = target.indexOf('?');
    const fullPath = normalizePath(at === -1 ? target : target.slice(0, at));
    this.path = fullPath === undefined ? undefined : belowBase(fullPath, app.base);
    this.search = at === -1 ? '' : target.slice(at + 1);
  }

  /** From here on it counts as in flight. */
  beginCall(release: ReleaseState, routeState: RouteState): Call {
    const { app, exchange, path, search, started } = this;
    const call = new Call(
      app,
      exchange,
      release,
      routeState,
      path ?? exchange.target,
      search,
      started,
    );
    app.inflight.add(call);
    if (app.cors !== undefined) call.cors = app.cors.headers(exchange.header('origin'));
    release.open++;
    release.usedAt = started;
    return call;
  }
}
