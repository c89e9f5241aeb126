/** HTTP methods that a route can have. */
export const HTTP_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** One of {@link HTTP_METHODS}. */
export type HttpMethod = (typeof HTTP_METHODS)[number];

/** Method of a route: an HTTP method, or `WS` for the upgrade to a WebSocket. */
export type RouteMethod = HttpMethod | 'WS';

/** All methods that a route can have: {@link HTTP_METHODS} and `WS`. */
export const ROUTE_METHODS: readonly RouteMethod[] = [...HTTP_METHODS, 'WS'];
