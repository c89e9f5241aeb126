import { type Defs, isJsonMediaType, ROUTE_METHODS } from '@gati/contract';
import type {
  BodyCheck,
  InputCheck,
  LoadedRoute,
  OutputCheck,
  ReleaseBundle,
  BundleRoute,
} from '../../types/bundle.ts';
import type { GlobalContext } from '../../types/context.ts';
import { RouteStats } from '../../telemetry/stats.ts';
import { type CoerceRecord, compileCoerceRecord } from '../../validate/coerce.ts';
import { compileDecode, type Decode } from '../../validate/decode.ts';
import { type BodyKinds, bodyKindsOf } from '../request/media-type.ts';

/** What stands ready for one part of a request. */
export interface InputPlan {
  input: InputCheck;
  coerce: CoerceRecord | undefined;
  decode: Decode | undefined;
}

export interface BodyPlan extends InputPlan {
  input: BodyCheck;
  kinds: BodyKinds;
}

export interface OutputPlan {
  check: OutputCheck;
  /** Flat list for an answer in JSON: content type and what names the release. */
  headers: string[];
}

/** A live route with everything compiled that its requests need. */
export class RoutePlan {
  readonly route: LoadedRoute;
  readonly params: InputPlan | undefined;
  readonly query: InputPlan | undefined;
  readonly headers: InputPlan | undefined;
  readonly receive: InputPlan | undefined;
  readonly body: BodyPlan | undefined;
  readonly #release: ReleaseState;
  #identity: string[];
  /** By status. */
  #outputs: (OutputPlan | undefined)[] = [];

  constructor(route: LoadedRoute, release: ReleaseState) {
    const { $defs } = release.bundle.contract;
    const { params, query, headers, body, receive } = route.input;
    this.route = route;
    this.params = params && planInput(params, $defs, false);
    this.query = query && planInput(query, $defs);
    this.headers = headers && planInput(headers, $defs, false);
    this.receive = receive && planInput(receive, $defs);
    this.body = body && {
      ...planInput(body, $defs),
      input: body,
      kinds: bodyKindsOf(body.contentTypes),
    };
    this.#release = release;
    this.#identity = release.headers;
  }

  output(status: number): OutputPlan {
    if (this.#identity !== this.#release.headers) {
      this.#identity = this.#release.headers;
      this.#outputs = [];
    }
    let output = this.#outputs[status];
    if (output === undefined) {
      const check = this.route.output[status] ?? this.route.output['default'] ?? {};
      const type =
        check.contentType !== undefined && isJsonMediaType(check.contentType)
          ? check.contentType
          : 'application/json';
      output = { check, headers: ['content-type', type, ...this.#identity] };
      this.#outputs[status] = output;
    }
    return output;
  }
}

function planInput(input: InputCheck, $defs: Defs, repeats = true): InputPlan {
  return {
    input,
    coerce: compileCoerceRecord(input.schema, $defs, repeats),
    decode: compileDecode(input.schema, $defs),
  };
}

/** One route in one release. */
export class RouteState {
  readonly route: BundleRoute;
  readonly stats: RouteStats;
  #plan: RoutePlan | undefined;

  constructor(slot: BundleRoute, stats: RouteStats) {
    this.route = slot;
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
  headers: string[];
  /** Requests and sockets that are open. */
  open = 0;
  /** `performance.now()` when the last one began. */
  usedAt: number = performance.now();
  gctx: GlobalContext | undefined;
  #opening: Promise<GlobalContext> | undefined;
  readonly #slots = new Map<BundleRoute, RouteState>();
  readonly #unmatched = new Map<string, RouteState>();
  readonly #stats: Map<string, RouteStats>;

  /** `stats` outlives a release, by version and route. */
  constructor(bundle: ReleaseBundle, identity: string[], stats: Map<string, RouteStats>) {
    this.bundle = bundle;
    this.headers = identity;
    this.#stats = stats;
  }

  routeState(slot: BundleRoute): RouteState {
    let state = this.#slots.get(slot);
    if (state === undefined)
      this.#slots.set(slot, (state = new RouteState(slot, this.#statsOf(slot))));
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
