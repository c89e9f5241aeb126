import type { ReleaseInfo } from '@gati/contract';
import type { ReleaseState } from '../route/release-state.ts';
import type { ServedRelease } from '../../types/served-release.ts';

/** One release of a {@link VersionTable}, ready for requests. */
export class VersionEntry implements ReleaseInfo {
  readonly version: string;
  readonly id: string;
  readonly date: string;
  readonly status: ReleaseInfo['status'];
  readonly migrated: boolean;
  readonly served: ServedRelease;
  /** Flat list of the headers that name the release on each answer. */
  headers: string[] = [];
  /** Once its code is loaded. */
  state: ReleaseState | undefined = undefined;

  constructor(served: ServedRelease) {
    this.version = served.version;
    this.id = served.id;
    this.date = served.date;
    this.status = served.status;
    this.migrated = served.migrated === true;
    this.served = served;
  }
}

/** What a caller reads about a release: the shape of `GET /versions` and of every answer that offers a choice. */
export interface ListedRelease {
  version: string;
  id: string;
  date: string;
  status: ReleaseInfo['status'];
  /** Path of its OpenAPI document. */
  docs?: string;
}

export function toListed(
  { version, id, date, status, served }: VersionEntry,
  base: string,
): ListedRelease {
  return {
    version,
    id,
    date,
    status,
    ...(served.document !== undefined && { docs: `${base}/versions/${version}` }),
  };
}

/**
 * Version and release of an answer, links through the version history (RFC 5829), `Deprecation` (RFC 9745) and `Sunset` (RFC 8594).
 * The links are relative: the same resource, asked in another version.
 */
export function releaseHeaders(
  entry: VersionEntry,
  successor: VersionEntry | undefined,
  latest: VersionEntry | undefined,
  base: string,
): string[] {
  const links = [
    ...(successor === undefined ? [] : [toLink(successor.version, 'successor-version')]),
    ...(latest === undefined ? [] : [toLink(latest.version, 'latest-version')]),
    toHistoryLink(base),
  ];
  const { deprecatedAt, sunsetAt } = entry.served;
  return [
    'x-api-version',
    entry.version,
    'x-gati-release',
    entry.id,
    'vary',
    'X-API-Version',
    'link',
    links.join(', '),
    ...(deprecatedAt === undefined
      ? []
      : ['deprecation', `@${Math.floor(Date.parse(deprecatedAt) / 1000)}`]),
    ...(sunsetAt === undefined ? [] : ['sunset', new Date(sunsetAt).toUTCString()]),
  ];
}

/** Of answers that no release gives. */
export function noReleaseHeaders(base: string): string[] {
  return ['vary', 'X-API-Version', 'link', toHistoryLink(base)];
}

export function toLink(version: string, rel: string): string {
  return `<?api-version=${encodeURIComponent(version)}>; rel="${rel}"`;
}

function toHistoryLink(base: string): string {
  return `<${base}/versions>; rel="version-history"`;
}
