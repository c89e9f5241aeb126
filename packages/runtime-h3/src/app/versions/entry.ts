import type { ReleaseInfo } from '@gati/contract';
import type { ReleaseState } from '../route/release-state.ts';
import type { HeaderList } from '../../types/exchange.ts';
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
  headers: HeaderList = [];
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

export function describeRelease(
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
