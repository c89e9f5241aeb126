import type { Contract } from '@gati/contract';
import type { ReleaseMark } from '../../ports.ts';
import type { ReleaseClient } from './release-client.ts';
import type { ReleaseInstance } from './release-instance.ts';
import type { FindRoute, RouteTable } from './route-table.ts';

/**
 * A release that the manager knows, even if its code is not loaded. The object never changes; the
 * mark of a release may.
 */
export interface KnownRelease {
  version: string;
  id: string;
  /** RFC 3339. */
  date: string;
  /** Finds a route without loading code. */
  route: FindRoute;
  /** Absent for the server's own build, which is never migrated. */
  match?: RouteTable['match'];
  /** Reads the contract again when a migration needs it: few releases are ever migrated. */
  contract?: () => Promise<Contract>;
  /** Files of the client. Absent if the release has none, or if this process serves no pages. */
  client?: ReleaseClient;
  instance: ReleaseInstance;
  /** Reads the OpenAPI document. */
  document?: () => Promise<string | undefined>;
}

/** Marks by version. */
export type Marks = Record<string, ReleaseMark>;

/** Contract of a release whose routes are not known. */
export const EMPTY_CONTRACT: Contract = { routes: [], effects: [], modules: [], $defs: {} };
