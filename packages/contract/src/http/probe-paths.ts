/**
 * Paths that a built server reserves for probes. It responds to `GET` and `HEAD` itself, at the
 * root of the origin and before all routes.
 */
export const PROBE_PATHS: readonly ['/livez', '/readyz', '/metrics'] = [
  '/livez',
  '/readyz',
  '/metrics',
];
