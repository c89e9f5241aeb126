import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { GlobalContext, Logger } from '../types/context.ts';
import type { ReleaseBundle } from '../types/bundle.ts';
import type { LimitCounts } from '../telemetry/record/limit-counts.ts';
import type { LogSink, Span } from '../telemetry/record/recorder.ts';
import type { Tracer } from '../telemetry/trace/tracer.ts';
import type { RouteInfo, SocketMetric } from '../telemetry/export/server-metrics.ts';
import type { RouteMetric } from '../telemetry/record/route-stats.ts';
import type { Limits } from '../types/limits.ts';
import type { MissingVersion, ServedReleases } from '../types/served-release.ts';

/**
 * Pages on other origins that may call the app: for CORS, WebSocket handshakes, and forms that need
 * no preflight.
 */
export interface CorsOptions {
  /**
   * Exact origins whose pages may read responses: `['https://app.example.com']`. `true` allows
   * every origin, without credentials.
   */
  origins: string[] | true;
  /** Allows requests with cookies; `false` by default. Has no effect with `origins: true`. */
  credentials?: boolean;
}

/** Endpoints that a server offers to every client besides its routes. All by default. */
export interface ExposeOptions {
  /** The metrics at `/metrics`. */
  metrics?: boolean;
  /** The OpenAPI documents at `/versions/VERSION`. */
  openapi?: boolean;
}

/** Message that a WebSocket peer published to a topic. */
export interface Published {
  topic: string;
  /** The frame as it is sent: JSON text, or bytes. */
  data: string | Uint8Array;
}

/** Connection to the WebSocket peers of other processes that serve the same app. */
export interface PublishLink {
  publish(message: Published): void;
  /** Called once; `deliver` takes the messages of other processes. */
  receive(deliver: (message: Published) => void): void;
}

/** Options of `createApp`. */
export interface AppOptions {
  /** Releases to serve. Called for each request; must return another object after any change. */
  releases(): ServedReleases;
  /**
   * Response to a request without a version while several releases are live, unless its handler
   * exports `version`. `choose` by default.
   */
  missingVersion?: MissingVersion;
  /** Returns the global context of a release. Called once per release, and again if it failed. */
  context(release: ReleaseBundle): GlobalContext | Promise<GlobalContext>;
  /** `development` allows loopback origins and adds the error and its stack to 500 problems. */
  mode: 'development' | 'production';
  /** Path below which all routes are served: `/api`. None by default. */
  base?: string;
  /**
   * `true`: a URL of a route may also be a page. `Vary` then names the request headers that decide
   * between the two, so that caches keep them apart. `false` by default.
   */
  pages?: boolean;
  /** No other origins by default; in development loopback origins are allowed. */
  cors?: CorsOptions;
  /** Endpoints that clients may read besides the routes. A closed path responds 404. */
  expose?: ExposeOptions;
  /** Each limit that is absent has its default, see `DEFAULT_LIMITS`. */
  limits?: Partial<Limits>;
  /**
   * Number of trusted proxies in front of the server, or their addresses as CIDR ranges. With it,
   * `X-Forwarded-For` determines `lctx.client.ip`, `X-Forwarded-Host` the host of the request, and
   * `X-Forwarded-Proto` whether it came over HTTPS. By default no proxy is trusted, and the headers
   * are ignored.
   */
  trustProxy?: number | string[];
  /**
   * Receives the access log: one JSON line per request. One call may pass several lines. None by
   * default.
   */
  log?: LogSink;
  /** Observes what happens inside requests. Without it, requests have no extra cost. */
  tracer?: Tracer;
  /** Counts how often the app is at each limit. */
  limitCounts?: LimitCounts;
  /** Node only: runs before the head of a response of 1 KiB or more is written, to compress it. */
  beforeLargeResponse?(res: ServerResponse): void;
  /**
   * Node only: reserves memory for a body of 64 KiB or more until the client has received it.
   * `false`: there is no room, and the client gets 503.
   */
  takeRoom?(res: ServerResponse, bytes: number): boolean;
  /**
   * Node only: all responses come from one server, and nothing else writes their heads. The app may
   * then reuse the text of a head.
   */
  reusesHeads?: boolean;
  /** Opens the link to the peers of other processes. Called by the first WebSocket on Node. */
  publishLink?(): Promise<PublishLink>;
  /** Logger for errors outside of a release's context. */
  logger: Logger;
  /** Development only: returns further members of a 500 problem, such as file and code frame. */
  onError?(error: unknown, route: string): Record<string, unknown> | undefined;
}

/** The app behind a server: the whole pipeline from request to response. */
export interface App {
  /**
   * Handles a request of Node. If no route has the path, calls `next`, or responds 404 without
   * `next`.
   */
  handleNodeRequest(req: IncomingMessage, res: ServerResponse, next?: () => void): void;
  /** Handles a `Request` of any other platform. */
  fetch(request: Request): Promise<Response>;
  /**
   * Handles a WebSocket handshake of Node. Returns `false` and leaves the socket untouched if no
   * `WS` route has its path.
   */
  handleNodeUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Number of requests without a complete response. */
  readonly inflight: number;
  /** Number and duration of requests by route, version and status. */
  metrics(): RouteMetric[];
  /** Number and duration of WebSockets by route and version. */
  socketMetrics(): SocketMetric[];
  /** Routes of all releases whose code is loaded. */
  routes(): RouteInfo[];
  /** Open requests and sockets of a release, and milliseconds since the last one began. */
  releaseUsage(release: ReleaseBundle): { open: number; idle: number };
  /** The last finished requests, newest first: 100 by default, 4096 at most. */
  spans(limit?: number): Span[];
  /**
   * Starts the shutdown: each response ends its connection, event streams end, WebSockets close
   * with 1012. Resolves when no request and no promise of `waitUntil` is open.
   */
  drain(): Promise<void>;
  /** Aborts the requests that are still open and writes out the access log. */
  close(): Promise<void>;
}
