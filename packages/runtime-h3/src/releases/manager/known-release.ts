import type { Contract } from '@gati/contract';
import type { ReleaseMark } from '../../ports.ts';
import type { ReleaseInstance } from './release-instance.ts';
import type { FindRoute, RouteTable } from './route-table.ts';

/**
 * A release that the manager knows, wherever its code is. It never changes; what may change about a
 * release is its mark.
 */
export interface KnownRelease {
  version: string;
  id: string;
  /** RFC 3339. */
  date: string;
  /** Finds a route without loading code. */
  route: FindRoute;
  /** Absent for the own build, which is never migrated. */
  match?: RouteTable['match'];
  /** Reads the contract again when a migration needs it: few releases are ever migrated. */
  contract?: () => Promise<Contract>;
  instance: ReleaseInstance;
  /** Reads the OpenAPI document. */
  document?: () => Promise<string | undefined>;
}

/** Marks by version. */
export type Marks = Record<string, ReleaseMark>;
