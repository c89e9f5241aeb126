/** Health of the app: response of the read API. */

export interface HealthReport {
  /** A part of the app that needs attention. */
  items: HealthItem[];
  /** Diagnostics of the sources, in development. Absent in production. */
  checks?: CheckReport;
  /** The current release of the store. Absent without one. */
  current?: {
    version: string;
    /** RFC 3339. */
    date: string;
  };
}

export interface HealthItem {
  level: 'bad' | 'warn';
  text: string;
  /** Path of the page that shows it. */
  page: string;
}

/** Diagnostics of `gati check`. */
export interface CheckReport {
  /** At most 20, errors first. */
  items: CheckItem[];
  /** Number of all diagnostics. */
  count: number;
}

export interface CheckItem {
  level: 'bad' | 'warn';
  /** `GATI_ROUTE_INVALID` */
  code: string;
  message: string;
  fix: string;
  /** `src/handlers/orders/get.ts:7` */
  place?: string;
}
