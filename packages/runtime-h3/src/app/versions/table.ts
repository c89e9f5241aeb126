import {
  createVersionResolver,
  indexReleases,
  isLive,
  type MissingPolicy,
  type Resolution,
  type VersionResolver,
} from '@gati/contract';
import { retiredResolution, ROUTE_METHODS } from '@gati/contract/internal';
import type { MissingVersion, ServedRelease, ServedReleases } from '../../types/served-release.ts';
import { releaseHeaders, type ReleaseHeaderOptions } from '../response/headers.ts';
import { VersionEntry } from './entry.ts';
import { type VersionedRequest, takeVersion } from './requested-version.ts';

/** Clients choose the paths, so the cache has a limit. */
const MAX_KNOWN_PATHS = 1000;

export interface TableOptions extends ReleaseHeaderOptions {
  /** Clients may read the OpenAPI documents. */
  openapi: boolean;
  missing: MissingVersion;
  /**
   * Serves an unknown version with the latest release. Development has one release, and its clients
   * may be older or newer.
   */
  lenient: boolean;
}

/** The served releases at one time, prepared once so that a request only needs lookups. */
export class VersionTable {
  readonly served: ServedReleases;
  /** Newest first, without releases that were never activated. */
  readonly entries: readonly VersionEntry[];
  /** Release that `latest` resolves to. */
  readonly latest: VersionEntry | undefined;
  readonly #resolve: VersionResolver<VersionEntry>;
  readonly #byPolicy = new Map<string, VersionResolver<VersionEntry>>();
  /**
   * Result for a request without a version if at most one release is live. There is no choice then,
   * even if the route exports a version.
   */
  readonly #withoutChoice: Resolution<VersionEntry> | undefined;

  readonly #lenient: boolean;
  readonly #knownPaths = new Map<string, boolean>();

  constructor(served: ServedReleases, { missing, lenient, openapi, ...headers }: TableOptions) {
    this.served = served;
    this.#lenient = lenient;
    const known = served.list
      .filter(({ status }) => status !== 'staged')
      .map((release) => new VersionEntry(openapi ? release : withoutDocument(release)));
    this.entries = indexReleases(known).entries.map(({ release }) => release);
    const live = this.entries.filter(({ status }) => isLive(status));
    const current = live.find(({ version }) => version === served.current);
    this.latest = current ?? live[0];
    this.#resolve = this.#resolver(missing);
    this.#withoutChoice = live.length <= 1 ? this.#resolve(undefined, 0) : undefined;
    this.entries.forEach((entry, index) => {
      const successor = this.entries.slice(0, index).findLast(({ status }) => isLive(status));
      entry.headers = releaseHeaders(entry, successor, this.latest, headers);
    });
  }

  /**
   * Chooses the release of a request. A preflight does not name the version of the request that
   * follows, so it gets any live release with the route.
   */
  choose(request: VersionedRequest, method: string): Resolution<VersionEntry> {
    if (method === 'OPTIONS') {
      const requestMethod = request.exchange.header('access-control-request-method');
      if (requestMethod !== undefined) return this.#forPreflight(requestMethod, request.path);
    }
    const text = takeVersion(request);
    if (text !== undefined) {
      const found = this.#resolve(text, Date.now());
      return found.status === 406 && this.#lenient && this.latest !== undefined
        ? { status: 200, release: this.latest }
        : found;
    }
    return this.#withoutChoice ?? this.#withoutVersion(method, request.path);
  }

  /** Returns whether any release has a route at this path, with any method. */
  isRoute(path: string): boolean {
    // A single release may change its routes (development), and checking it is fast.
    if (this.entries.length <= 1) return this.#hasAnyMethod(path);
    let known = this.#knownPaths.get(path);
    if (known === undefined) {
      known = this.#hasAnyMethod(path);
      if (this.#knownPaths.size >= MAX_KNOWN_PATHS) this.#knownPaths.clear();
      this.#knownPaths.set(path, known);
    }
    return known;
  }

  retiredResolution(release: VersionEntry): Resolution<VersionEntry> & { status: 410 } {
    return retiredResolution(
      release,
      this.entries.filter(({ status }) => isLive(status)),
    );
  }

  /** Returns whether any release has this route. */
  has(method: string, path: string): boolean {
    return this.entries.some(({ served }) => served.route(method, path) !== undefined);
  }

  #hasAnyMethod(path: string): boolean {
    return ROUTE_METHODS.some((method) => this.has(method, path));
  }

  #withoutVersion(method: string, path: string | undefined): Resolution<VersionEntry> {
    const policy =
      path === undefined
        ? undefined
        : this.#releaseWithRoute(method, path)?.served.route(
            method === 'HEAD' ? 'GET' : method,
            path,
          )?.version;
    if (policy === undefined) return this.#resolve(undefined, 0);
    if (policy !== 'latest' && policy !== 'oldest') return this.#resolve(policy, Date.now());
    let resolve = this.#byPolicy.get(policy);
    if (resolve === undefined) {
      resolve = this.#resolver(policy);
      this.#byPolicy.set(policy, resolve);
    }
    return resolve(undefined, 0);
  }

  #forPreflight(method: string, path: string | undefined): Resolution<VersionEntry> {
    const found =
      (path === undefined ? undefined : this.#releaseWithRoute(method, path)) ?? this.latest;
    return found === undefined ? this.#resolve('*', 0) : { status: 200, release: found };
  }

  /** Returns the latest release if it has the route, else the newest live one that has it. */
  #releaseWithRoute(method: string, path: string): VersionEntry | undefined {
    const routeMethod = method === 'HEAD' ? 'GET' : method;
    const has = (entry: VersionEntry | undefined): boolean =>
      entry?.served.route(routeMethod, path) !== undefined;
    return has(this.latest)
      ? this.latest
      : this.entries.find((entry) => isLive(entry.status) && has(entry));
  }

  #resolver(missing: MissingPolicy): VersionResolver<VersionEntry> {
    return createVersionResolver(
      this.entries,
      this.latest === undefined ? { missing } : { missing, current: this.latest },
    );
  }
}

function withoutDocument(release: ServedRelease): ServedRelease {
  const closed = { ...release };
  delete closed.document;
  return closed;
}
