import { ROUTE_METHODS } from '@gati/contract/internal';
import type { BundleRoute, LoadedRoute, ReleaseBundle } from '../../types/bundle.ts';
import type { GlobalContext } from '../../types/context.ts';
import type { HeaderList } from '../../types/exchange.ts';
import { RouteStats } from '../../telemetry/record/route-stats.ts';
import type { Tracer } from '../../telemetry/trace/tracer.ts';
import { RoutePlan } from '../route/route-plan.ts';

/** State of one route in one release. */
export class RouteState {
  readonly route: BundleRoute;
  readonly stats: RouteStats;
  #plan: RoutePlan | undefined;

  constructor(route: BundleRoute, stats: RouteStats) {
    this.route = route;
    this.stats = stats;
  }

  /**
   * Returns the plan of the route. Development may load other code at any time, and a plan belongs
   * to one load.
   */
  plan(route: LoadedRoute, release: ReleaseState): RoutePlan {
    const plan = this.#plan;
    if (plan !== undefined && plan.loaded === route) return plan;
    const { tracer } = release;
    const scope = release.bundle.foreign?.scope;
    const scoped = scope === undefined ? route : scope.route(route);
    const traced = tracer === undefined ? scoped : tracer.traceRoute(scoped);
    return (this.#plan = new RoutePlan(route, release, traced));
  }
}

/**
 * State of a release while the app serves it. It lives as long as the bundle; a {@link RoutePlan}
 * lives as long as the loaded code of its route.
 */
export class ReleaseState {
  readonly bundle: ReleaseBundle;
  readonly tracer: Tracer | undefined;
  /**
   * Headers that name the release on each response. Replaced when its place among the releases
   * changes.
   */
  headers: HeaderList;
  /** Number of open requests and sockets. */
  open = 0;
  /** `performance.now()` at the start of the last request or socket. */
  usedAt: number = performance.now();
  gctx: GlobalContext | undefined;
  #opening: Promise<GlobalContext> | undefined;
  readonly #routes = new Map<BundleRoute, RouteState>();
  readonly #unmatched = new Map<string, RouteState>();
  readonly #stats: Map<string, RouteStats>;

  /** `stats` has an entry for each version, method and path, and outlives the release. */
  constructor(
    bundle: ReleaseBundle,
    headers: HeaderList,
    stats: Map<string, RouteStats>,
    tracer?: Tracer,
  ) {
    this.bundle = bundle;
    this.tracer = tracer;
    this.headers = headers;
    this.#stats = stats;
  }

  routeState(route: BundleRoute): RouteState {
    let state = this.#routes.get(route);
    if (state === undefined) {
      state = new RouteState(route, this.#statsOf(route));
      this.#routes.set(route, state);
    }
    return state;
  }

  /**
   * Returns the state for requests that no route takes. A client can send any method, so methods
   * that no route can have count as `_OTHER`, the name that OpenTelemetry uses.
   */
  unmatched(requestMethod: string): RouteState {
    const method = (ROUTE_METHODS as readonly string[]).includes(requestMethod)
      ? requestMethod
      : '_OTHER';
    let state = this.#unmatched.get(method);
    if (state === undefined) {
      const none: BundleRoute = {
        id: '',
        method,
        path: '',
        domain: 'root',
        load: () => ({ middleware: [], input: {}, output: {} }),
      };
      state = new RouteState(none, this.#statsOf(none));
      this.#unmatched.set(method, state);
    }
    return state;
  }

  #statsOf({ method, path }: BundleRoute): RouteStats {
    const key = `${this.bundle.version} ${method} ${path}`;
    let stats = this.#stats.get(key);
    if (stats === undefined) {
      stats = new RouteStats(method, path, this.bundle.version);
      this.#stats.set(key, stats);
    }
    return stats;
  }

  /** Creates the global context once. A failure is not kept: the next request tries again. */
  openContext(
    create: (bundle: ReleaseBundle) => GlobalContext | Promise<GlobalContext>,
  ): Promise<GlobalContext> {
    return (this.#opening ??= (async () => {
      try {
        return (this.gctx = await create(this.bundle));
      } finally {
        this.#opening = undefined;
      }
    })());
  }
}
