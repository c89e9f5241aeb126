import { ROUTE_METHODS } from '@gati/contract/internal';
import type { BundleRoute, LoadedRoute, ReleaseBundle } from '../../types/bundle.ts';
import type { GlobalContext } from '../../types/context.ts';
import type { HeaderList } from '../../types/exchange.ts';
import { RouteStats } from '../../telemetry/record/route-stats.ts';
import { RoutePlan } from './route-plan.ts';

/** One route in one release. */
export class RouteState {
  readonly route: BundleRoute;
  readonly stats: RouteStats;
  #plan: RoutePlan | undefined;

  constructor(route: BundleRoute, stats: RouteStats) {
    this.route = route;
    this.stats = stats;
  }

  /** Development may give another live route at any time; a plan belongs to one. */
  plan(route: LoadedRoute, release: ReleaseState): RoutePlan {
    const plan = this.#plan;
    if (plan !== undefined && plan.route === route) return plan;
    return (this.#plan = new RoutePlan(route, release));
  }
}

/** What the app keeps of a release while it serves. */
export class ReleaseState {
  readonly bundle: ReleaseBundle;
  /** Flat list of the headers that name the release on each answer. Another list when its place among the releases changes. */
  headers: HeaderList;
  /** Requests and sockets that are open. */
  open = 0;
  /** `performance.now()` when the last one began. */
  usedAt: number = performance.now();
  gctx: GlobalContext | undefined;
  #opening: Promise<GlobalContext> | undefined;
  readonly #routes = new Map<BundleRoute, RouteState>();
  readonly #unmatched = new Map<string, RouteState>();
  readonly #stats: Map<string, RouteStats>;

  /** `stats` outlives a release, by version and route. */
  constructor(bundle: ReleaseBundle, headers: HeaderList, stats: Map<string, RouteStats>) {
    this.bundle = bundle;
    this.headers = headers;
    this.#stats = stats;
  }

  routeState(route: BundleRoute): RouteState {
    let state = this.#routes.get(route);
    if (state === undefined)
      this.#routes.set(route, (state = new RouteState(route, this.#statsOf(route))));
    return state;
  }

  /** Of requests that no route takes. Callers choose the method: what none can have is `_OTHER`, OpenTelemetry's word for it. */
  unmatched(given: string): RouteState {
    const method = (ROUTE_METHODS as readonly string[]).includes(given) ? given : '_OTHER';
    let state = this.#unmatched.get(method);
    if (state === undefined) {
      const none: BundleRoute = {
        id: '',
        method,
        path: '',
        domain: 'root',
        load: () => ({ middleware: [], input: {}, output: {} }),
      };
      this.#unmatched.set(method, (state = new RouteState(none, this.#statsOf(none))));
    }
    return state;
  }

  #statsOf({ method, path }: BundleRoute): RouteStats {
    const key = `${this.bundle.version} ${method} ${path}`;
    let stats = this.#stats.get(key);
    if (stats === undefined)
      this.#stats.set(key, (stats = new RouteStats(method, path, this.bundle.version)));
    return stats;
  }

  /** Made once; a failure is not kept, so that the next request tries again. */
  openContext(
    make: (bundle: ReleaseBundle) => GlobalContext | Promise<GlobalContext>,
  ): Promise<GlobalContext> {
    return (this.#opening ??= (async () => {
      try {
        return (this.gctx = await make(this.bundle));
      } finally {
        this.#opening = undefined;
      }
    })());
  }
}
