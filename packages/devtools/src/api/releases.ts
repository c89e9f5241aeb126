/** Responses of the read API about releases. */
import type { Change, ReleaseStatus } from '@gati/contract';
import type { Caller } from '@gati/runtime-h3/telemetry';
import type { Red } from './types.ts';

export type { Caller, Change, ReleaseStatus };

export interface ReleaseList {
  /** Address of the store without credentials; absent if no store is set up. */
  store?: string;
  /** Version of the current release. */
  current?: string;
  /** Version that a rollback would activate. */
  rollbackTo?: string;
  /** Highest version first. */
  releases: ReleaseItem[];
  /** Releases whose record can't be read. */
  damaged: { version: string; reason: string }[];
  /** Processes that run and follow the store. */
  servers: { instance: string; current?: string; failed?: { version: string; reason: string } }[];
}

export interface ReleaseItem {
  version: string;
  id: string;
  /** RFC 3339. */
  date: string;
  status: ReleaseStatus;
  isCurrent: boolean;
  label?: string;
  deprecatedAt?: string;
  sunsetAt?: string;
  /** Its files are removed from the store. */
  isPruned: boolean;
  /** Why servers took it back. */
  quarantine?: { reason: string; at: string; server: string };
  bytes: number;
  /** Requests that it served in the time range. */
  red: Red;
}

export interface ReleaseDetail extends ReleaseItem {
  /** The release that it was compared with when it was built. */
  since?: string;
  bump?: string;
  /** Absent for the first release. */
  changes?: Change[];
  routes: string[];
  files: number;
  image?: string;
  /** Callers that it served in the time range, the busiest first, at most 100. */
  callers: Caller[];
}

export interface ReleaseDiff {
  before: string;
  after: string;
  /** Highest level of the changes. */
  bump: string;
  changes: Change[];
}

/** Response to requests of one kind before and after a change. */
export interface AskForecast {
  /** `^1.2`, `1.2.0`, or empty for requests without a version. */
  ask: string;
  before: AskOutcome;
  after: AskOutcome;
}

export interface AskOutcome {
  status: number;
  /** Release that responds; absent for an error response. */
  version?: string;
}

/** Requests of one caller in the last 24 hours, and what the same requests get then. */
export interface CallerForecast {
  caller: Caller;
  before: AskOutcome;
  after: AskOutcome;
}

/** Waiting jobs of one effect and release, and their outcome. */
export interface JobForecast {
  effect: string;
  release: string;
  count: number;
  /** `runs`: on its own release. `moves`: on the current release, after a migration if there is one. `dies`: the current release has no such effect. */
  outcome: 'runs' | 'moves' | 'dies';
}

/** Consequences of a change of releases, predicted before the change. */
export interface ReleaseReach {
  /** Current release now and after the change. */
  before?: string;
  after?: string;
  asks: AskForecast[];
  /** Requests of the last 24 hours by the release that served them, the largest count first. */
  traffic: { version: string; count: number }[];
  /** The busiest first, at most 100. */
  callers: CallerForecast[];
  jobs: JobForecast[];
  /** Differences for clients that get the other release. */
  diff?: ReleaseDiff;
}
