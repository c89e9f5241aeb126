import { type Counts, Evidence } from './evidence.ts';
import { NO_ROUTE, type PodMetrics, type RouteCounts } from './parse-metrics.ts';

/** Maximum chance of a false alarm in a whole rollout. */
const ALPHA = 0.01;
/** Ways in which a route can be worse. */
const KINDS = ['5xx', '4xx', 'slow'] as const;
/** Requests of a route in a pod before its times count: code runs slowly at first. */
const WARM = 20;

/** Returns the evidence that proves one of `tests` hypotheses (Bonferroni). */
export const boundOf = (tests: number): number => Math.log(tests / ALPHA);

type Kind = (typeof KINDS)[number];

/** A route of the new release that is worse than that of the old one. */
export interface Worse {
  route: string;
  kind: Kind;
  /** Numbers of bad requests and of all requests. */
  old: Counts;
  next: Counts;
  /** Seconds above which a request was counted as slow. */
  slowerThan?: number;
}

type PodSet = Map<string, PodMetrics>;

/** Compares the routes of a new release with those of the old one while both serve. */
export class Comparison {
  readonly #evidence = new Map<string, Evidence>();
  readonly #last = new Map<string, PodMetrics>();
  /** Seconds by route: fixed once the old release has shown how long it takes. */
  readonly #slow = new Map<string, number>();
  #tests = 1;
  /** Requests of the new release so far. */
  requests = 0;

  /**
   * Adds the requests that both releases have served since the last call.
   *
   * @returns routes that are worse beyond doubt, the clearest first
   */
  add(old: PodSet, next: PodSet): Worse[] {
    const known = Math.max(1, ...[...old.values(), ...next.values()].map((each) => each.known));
    // One more for requests that no route matched. The number never falls, so that the bound holds.
    this.#tests = Math.max(this.#tests, (known + 1) * KINDS.length);
    const [before, after] = [this.#take(old), this.#take(next)];
    for (const route of new Set([...before.keys(), ...after.keys()])) {
      const [left, right] = [before.get(route) ?? NONE, after.get(route) ?? NONE];
      this.requests += right.requests;
      this.#addRoute(route, left, right, { before, after });
    }
    return this.#findWorse();
  }

  #addRoute(
    route: string,
    old: Span,
    next: Span,
    all: { before: Map<string, Span>; after: Map<string, Span> },
  ): void {
    if (route === NO_ROUTE) {
      // Clients also request paths that never existed, so the share of all requests counts.
      const share = (spans: Map<string, Span>, { requests: bad }: Span): Counts => ({
        requests: [...spans.values()].reduce((sum, each) => sum + each.requests, 0),
        bad,
      });
      return this.#of(route, '4xx').add(share(all.before, old), share(all.after, next));
    }
    for (const kind of ['5xx', '4xx'] as const)
      this.#of(route, kind).add(countsOf(old, kind), countsOf(next, kind));
    const limit = this.#slow.get(route) ?? slowerThan(old);
    if (limit === undefined) return;
    if (!this.#slow.has(route)) return void this.#slow.set(route, limit);
    this.#of(route, 'slow').add(slowOf(old, limit), slowOf(next, limit));
  }

  #of(route: string, kind: Kind): Evidence {
    const key = `${kind} ${route}`;
    let found = this.#evidence.get(key);
    if (!found) this.#evidence.set(key, (found = new Evidence()));
    return found;
  }

  #findWorse(): Worse[] {
    const bound = boundOf(this.#tests);
    return [...this.#evidence]
      .filter(([, { value }]) => value >= bound)
      .sort(([, a], [, b]) => b.value - a.value)
      .map(([key, { old, next }]) => {
        const at = key.indexOf(' ');
        const [kind, route] = [key.slice(0, at) as Kind, key.slice(at + 1)];
        const limit = this.#slow.get(route);
        return { route, kind, old, next, ...(kind === 'slow' && limit && { slowerThan: limit }) };
      });
  }

  /** Returns the requests since the last call. Returns none for a pod that is new. */
  #take(pods: PodSet): Map<string, Span> {
    const spans = new Map<string, Span>();
    for (const [pod, metrics] of pods) {
      const last = this.#last.get(pod);
      this.#last.set(pod, metrics);
      if (!last) continue;
      for (const [route, now] of metrics.routes) {
        const span = subtract(now, last.routes.get(route));
        const before = spans.get(route);
        spans.set(route, before ? join(before, span) : span);
      }
    }
    return spans;
  }
}

/** Requests of a route in a span of time. */
interface Span extends RouteCounts {
  /** Requests whose times count. */
  timed: number;
}

const NONE: Span = { requests: 0, classes: {}, buckets: new Map(), timed: 0 };

function subtract(now: RouteCounts, last: RouteCounts | undefined): Span {
  // A counter falls when its server starts again.
  const base = last && last.requests <= now.requests ? last : undefined;
  const isWarm = (base?.requests ?? 0) >= WARM;
  const requests = now.requests - (base?.requests ?? 0);
  const less = (count: number, before: number | undefined): number =>
    Math.max(0, count - (before ?? 0));
  return {
    requests,
    classes: Object.fromEntries(
      Object.entries(now.classes).map(([key, count]) => [key, less(count, base?.classes[key])]),
    ),
    buckets: isWarm
      ? new Map([...now.buckets].map(([le, count]) => [le, less(count, base?.buckets.get(le))]))
      : new Map(),
    timed: isWarm ? requests : 0,
  };
}

function join(a: Span, b: Span): Span {
  const keys = new Set([...Object.keys(a.classes), ...Object.keys(b.classes)]);
  const bounds = new Set([...a.buckets.keys(), ...b.buckets.keys()]);
  return {
    requests: a.requests + b.requests,
    timed: a.timed + b.timed,
    classes: Object.fromEntries(
      [...keys].map((key) => [key, (a.classes[key] ?? 0) + (b.classes[key] ?? 0)]),
    ),
    buckets: new Map(
      [...bounds].map((le) => [le, (a.buckets.get(le) ?? 0) + (b.buckets.get(le) ?? 0)]),
    ),
  };
}

const countsOf = ({ requests, classes }: Span, kind: '5xx' | '4xx'): Counts => ({
  requests,
  bad: Math.min(classes[kind[0]!] ?? 0, requests),
});

/**
 * Finds the bucket of the 95th percentile, and returns the upper bound of the next bucket: about
 * twice that time.
 */
function slowerThan({ timed, buckets }: Span): number | undefined {
  if (timed < WARM) return undefined;
  const bounds = [...buckets.keys()].sort((a, b) => a - b);
  const index = bounds.findIndex((le) => buckets.get(le)! >= timed * 0.95);
  return index === -1 ? undefined : bounds[index + 1];
}

function slowOf({ timed, buckets }: Span, limit: number): Counts {
  const bound = [...buckets.keys()].filter((le) => le <= limit).sort((a, b) => b - a)[0];
  const fast = bound === undefined ? 0 : buckets.get(bound)!;
  return { requests: timed, bad: Math.max(0, timed - Math.min(fast, timed)) };
}
