import type { ReleaseInfo } from '@gati/contract';
import type { ReleaseState } from '../release/release-state.ts';
import type { HeaderList } from '../../types/exchange.ts';
import type { ServedRelease } from '../../types/served-release.ts';

/** One release of a `VersionTable`, prepared for requests. */
export class VersionEntry implements ReleaseInfo {
  readonly version: string;
  readonly id: string;
  readonly date: string;
  readonly status: ReleaseInfo['status'];
  readonly migrated: boolean;
  readonly served: ServedRelease;
  /** Headers that name the release on each response. */
  headers: HeaderList = [];
  /** Set once the code of the release is loaded. */
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

/** A release as clients see it: in `GET /versions` and in each response that offers a choice. */
export interface ListedRelease {
  version: string;
  id: string;
  date: string;
  status: ReleaseInfo['status'];
  /** Path of the OpenAPI document. */
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
