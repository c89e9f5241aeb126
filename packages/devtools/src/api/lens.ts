/** Responses of the read API that compare two releases by route. */

export interface Lens {
  before: string;
  after: string;
  /** Worse routes first, those with the most significant difference at the top. */
  routes: LensRoute[];
}

export interface LensRoute {
  method: string;
  route: string;
  before: LensSide;
  after: LensSide;
  /** Share of 5xx: difference, and its 95 % confidence interval. */
  errors: { difference: number; low: number; high: number };
  /**
   * `worse` and `better` are significant: chance alone makes such a difference in less than 1 of
   * 100 comparisons of all routes. `unsure`: too few requests to find a difference.
   */
  verdict: 'worse' | 'better' | 'same' | 'unsure';
  /** Measures that are worse or better. */
  because: ('errors' | 'durations')[];
  /** Standard deviations; above 0 is worse. */
  score: number;
}

export interface LensSide {
  count: number;
  failed: number;
  /** Requests per minute. */
  rate: number;
  /** Microseconds; absent without requests. */
  p50?: LensQuantile;
  p95?: LensQuantile;
  p99?: LensQuantile;
}

/** A quantile with its 95 % confidence interval. */
export interface LensQuantile {
  value: number;
  low: number;
  high: number;
}
