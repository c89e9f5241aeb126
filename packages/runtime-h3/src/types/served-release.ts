import type { Contract, ReleaseInfo } from '@gati/contract';
import type { Migration } from './migration.ts';
import type { ReleaseBundle } from './bundle.ts';

/** Routes of a retired release, and the migrations that bring its requests to a newer release. */
export interface MigrationPath {
  /** Version of the newer release. */
  target: string;
  steps: readonly Migration[];
  /** Finds the route of the retired release. Params are not decoded. */
  match(method: string, path: string): { id: string; params: Record<string, string> } | undefined;
  /** Returns the contract of the retired release. */
  contract(): Promise<Contract>;
}

/** One release as the app serves it. */
export interface ServedRelease extends ReleaseInfo {
  /** RFC 3339 time for the header `Deprecation`. */
  deprecatedAt?: string;
  /** RFC 3339 time for the header `Sunset`. */
  sunsetAt?: string;
  /** Set for a retired release that is `migrated`. */
  migration?: MigrationPath;
  /** Returns the OpenAPI document as JSON, if it is available. */
  document?: () => Promise<string | undefined>;
  /**
   * Finds the route at a path without loading code. `version` is what its handler exports for
   * requests without a version.
   */
  route(method: string, path: string): { version?: string } | undefined;
  /**
   * Returns the code; a promise only until it is loaded. After the release was closed, returns a
   * new object.
   */
  bundle(): ReleaseBundle | Promise<ReleaseBundle>;
}

/**
 * Response to a request without a version while several releases are live: `choose` responds 300
 * with the list, `latest` and `oldest` select that release.
 */
export type MissingVersion = 'choose' | 'latest' | 'oldest';

/** The releases that the app serves at one time. */
export interface ServedReleases {
  readonly list: readonly ServedRelease[];
  /** Version that `latest` resolves to; the newest live release if absent. */
  readonly current?: string;
}
