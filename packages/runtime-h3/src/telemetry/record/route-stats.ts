/** Bucket `n` counts durations below 2^n microseconds; the last one has no upper bound. */
export const BUCKETS: number = 32;

/** Returns the bucket of a duration in microseconds. */
export function bucketOf(us: number): number {
  // `clz32` sees the lowest 32 bits only, and event streams live for hours.
  if (us >= 2 ** 31) return BUCKETS - 1;
  return us < 1 ? 0 : 32 - Math.clz32(us);
}

/** In place of a method, for the metrics of runs. Their route is the effect. */
export const RUN_METHOD = 'RUN';

/** Maximum number of status codes that a route counts separately. Handlers may send any. */
const MAX_STATUSES = 16;

/** A request that is an example of a bucket of a histogram. */
export interface Exemplar {
  /** Duration in microseconds. */
  us: number;
  /** End in epoch milliseconds. */
  time: number;
  traceId: string;
  spanId: string;
}

/** Durations of the requests of one route with one status. */
export interface StatusStats {
  /** `404`, or `4xx` for the codes of that class beyond the limit. */
  readonly label: string;
  readonly buckets: Uint32Array;
  count: number;
  /** Microseconds. */
  sum: number;
  /** Latest request of a bucket whose trace is known to be kept. */
  exemplars: (Exemplar | undefined)[] | undefined;
}

/** Rate, errors and duration of one route in one release, by status. */
export class RouteStats {
  readonly method: string;
  /** Path template; empty for requests without a route. */
  readonly route: string;
  readonly version: string;
  readonly statuses: StatusStats[] = [];
  /** Start of an access log line by status, created once. */
  readonly logLineStarts: Record<number, string> = {};
  /** Status of the last request and its stats: most requests have the same. */
  #status = -1;
  #stats: StatusStats | undefined;

  constructor(method: string, route: string, version: string) {
    this.method = method;
    this.route = route;
    this.version = version;
  }

  /** @param us duration in microseconds */
  observe(status: number, us: number): void {
    const stats = this.#status === status ? this.#stats! : this.#select(status);
    const bucket = bucketOf(us);
    stats.buckets[bucket] = (stats.buckets[bucket] ?? 0) + 1;
    stats.count++;
    stats.sum += us;
  }

  /** Adds an exemplar to the bucket of its duration, unless there is a later one. */
  addExemplar(status: number, exemplar: Exemplar): void {
    const stats = this.#find(status);
    if (stats === undefined) return;
    const exemplars = (stats.exemplars ??= []);
    const bucket = bucketOf(exemplar.us);
    if ((exemplars[bucket]?.time ?? 0) < exemplar.time) exemplars[bucket] = exemplar;
  }

  #select(status: number): StatusStats {
    let stats = this.#find(status);
    if (stats === undefined) {
      const isOver = this.statuses.length >= MAX_STATUSES;
      const label = isOver ? classOf(status) : String(status);
      stats = { label, buckets: new Uint32Array(BUCKETS), count: 0, sum: 0, exemplars: undefined };
      this.statuses.push(stats);
    }
    this.#status = status;
    return (this.#stats = stats);
  }

  #find(status: number): StatusStats | undefined {
    const label = String(status);
    return (
      this.statuses.find((stats) => stats.label === label) ??
      this.statuses.find((stats) => stats.label === classOf(status))
    );
  }

  /** Returns the start of an access log line, up to the duration. */
  logLineStart(status: number): string {
    return (this.logLineStarts[status] ??=
      `{"level":"info","msg":"request","method":${JSON.stringify(this.method)},"route":${JSON.stringify(this.route)},"status":${status},"version":${JSON.stringify(this.version)},"us":`);
  }
}

const classOf = (status: number): string => `${Math.trunc(status / 100)}xx`;

/** Requests of one route, version and status. */
export interface RouteMetric {
  method: string;
  route: string;
  version: string;
  /** `404`. A route has 16 codes at most; a further one counts as `4xx`. */
  status: string;
  count: number;
  /** Microseconds. */
  sum: number;
  /** 32 counts of durations; bucket `n` counts those from 2^(n-1) to below 2^n microseconds. */
  buckets: number[];
  /** At most one for each bucket. */
  exemplars?: Exemplar[];
}

/** Converts stats to plain data. */
export function routeMetrics(stats: Iterable<RouteStats>): RouteMetric[] {
  return [...stats].flatMap(({ method, route, version, statuses }) =>
    statuses.map(({ label, count, sum, buckets, exemplars }) => {
      const metric: RouteMetric = {
        method,
        route,
        version,
        status: label,
        count,
        sum,
        buckets: [...buckets],
      };
      if (exemplars) metric.exemplars = exemplars.filter((each) => each !== undefined);
      return metric;
    }),
  );
}
