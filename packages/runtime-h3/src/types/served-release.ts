import type { Contract, ReleaseInfo } from '@gati/contract';
import type { Migration } from './migration.ts';
import type { ReleaseBundle } from './bundle.ts';

/**
 * How a retired release goes on to answer: its routes, and what brings its requests to a newer
 * release.
 */
export interface MigrationPath {
  /** Version of the release that answers. */
  target: string;
  steps: readonly Migration[];
  /** The route of the retired release; params are raw. */
  match(method: string, path: string): { id: string; params: Record<string, string> } | undefined;
  /** What it promised. */
  contract(): Promise<Contract>;
}

/** One release as the app serves it. */
export interface ServedRelease extends ReleaseInfo {
  /** RFC 3339: what `Deprecation` and `Sunset` say. */
  deprecatedAt?: string;
  sunsetAt?: string;
  /** Of a retired release that is `migrated`. */
  migration?: MigrationPath;
  /** Its OpenAPI document as JSON, where it is at hand. */
  document?: () => Promise<string | undefined>;
  /** The route at a path, known before any code is loaded; its own word on a missing version. */
  route(method: string, path: string): { version?: string } | undefined;
  /** Its code. A promise only until it is loaded; another object after it was disposed of. */
  bundle(): ReleaseBundle | Promise<ReleaseBundle>;
}

/**
 * Response to a request without a version while several releases are live: `choose` responds 300
 * with the list, `latest` and `oldest` select that release.
 */
export type MissingVersion = 'choose' | 'latest' | 'oldest';

/** What the app serves at one moment. */
export interface ServedReleases {
  readonly list: readonly ServedRelease[];
  /** Version that `latest` means; without it the newest live one. */
  readonly current?: string;
}
