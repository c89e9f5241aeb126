import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { GlobalContext, Logger } from '../types/context.ts';
import type { ReleaseBundle } from '../types/bundle.ts';
import type { LogSink, Span } from '../telemetry/recorder.ts';
import type { RouteMetric } from '../telemetry/stats.ts';
import type { Limits } from '../types/limits.ts';
import type { MissingVersion, ServedReleases } from '../types/served-release.ts';

export interface CorsOptions {
  /** Origins that may read answers; `true` is all of them, without credentials. */
  origins: string[] | true;
  /** Cookies may come along. Only with a list of origins. */
  credentials?: boolean;
}

/** What a peer published: a frame as it goes out. */
export interface Published {
  topic: string;
  data: string | Uint8Array;
}

/** The way to the peers of other processes that serve the same app. */
export interface PublishLink {
  publish(message: Published): void;
  /** Asked once. */
  receive(deliver: (message: Published) => void): void;
}

export interface AppOptions {
  /** What is served; asked once a request. Another object after any change. */
  releases(): ServedReleases;
  /** What a request without a version gets while several releases are live and its route says nothing: `choose` by default. */
  missingVersion?: MissingVersion;
  /** `gctx` of a release; asked once a release, and again if it failed. */
  context(release: ReleaseBundle): GlobalContext | Promise<GlobalContext>;
  mode: 'development' | 'production';
  /** Prefix of all routes, `/api`. */
  base?: string;
  /** Off by default; loopback origins are allowed in development. */
  cors?: CorsOptions;
  limits?: Partial<Limits>;
  /** How many proxies stand in front, or their addresses as CIDRs. None by default: then `X-Forwarded-For` is not read. */
  trustProxy?: number | string[];
  /** Access log: one JSON line a request, several lines a call. None where it is absent. */
  log?: LogSink;
  /** Node only: before the head of an answer of 1 KiB or more is written, so that it may be compressed. */
  beforeLargeResponse?(res: ServerResponse): void;
  /** Where a publish is to reach peers of other processes too; asked by the first WebSocket on Node. */
  publishLink?(): Promise<PublishLink>;
  /** For what happens outside a release's context. */
  logger: Logger;
  /** What a 500 problem says besides, in development: file and frame. */
  onError?(error: unknown, route: string): Record<string, unknown> | undefined;
}

export interface App {
  /** Node's way in. What matches no route of any method goes to `next`, or is a 404 problem. */
  handleNodeRequest(req: IncomingMessage, res: ServerResponse, next?: () => void): void;
  /** The web's way in. */
  fetch(request: Request): Promise<Response>;
  /** `false`: no WebSocket route has this path; the socket is untouched. */
  handleNodeUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Requests that have no complete answer yet. */
  readonly inflight: number;
  metrics(): RouteMetric[];
  /** How much a release is used: requests and sockets that are open, and milliseconds since the last one began. */
  releaseUsage(release: ReleaseBundle): { open: number; idle: number };
  /** The last finished requests, newest first. */
  spans(limit?: number): Span[];
  /** From now on each answer ends its connection; event streams end and WebSocket peers get 1012. Resolves when nothing is in flight. */
  drain(): Promise<void>;
  /** Aborts what is left and writes out the log. */
  close(): Promise<void>;
}
