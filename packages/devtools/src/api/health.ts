/** Health of the app: response of the read API. */

export interface HealthReport {
  /** A part of the app that needs attention. */
  items: HealthItem[];
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
