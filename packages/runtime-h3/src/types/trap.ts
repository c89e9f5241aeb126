/** Traps: conditions under which the next requests or runs are captured whole. */
import type { RunOutcome } from './run-outcome.ts';

/**
 * Conditions of a trap. All of them must hold. A trap with `effect` or `outcome` is for runs of
 * effects, any other trap for requests.
 */
export interface TrapCondition {
  /** Method in upper case. */
  method?: string;
  /** Path template: `/orders/:id`. */
  route?: string;
  /** Exact status, or a class: `5xx`. */
  status?: number | StatusClass;
  /** Version of the release. */
  version?: string;
  /** Least duration in microseconds. */
  minUs?: number;
  /** Name of a header that the request must have, in lower case. */
  header?: string;
  effect?: string;
  outcome?: RunOutcome;
}

export type StatusClass = `${1 | 2 | 3 | 4 | 5}xx`;

/** A trap as the processes that serve requests have it. */
export interface ArmedTrap {
  id: string;
  where: TrapCondition;
  /** Captures that are still wanted. */
  left: number;
  /** Milliseconds until it expires, from the time at which it was sent. */
  within: number;
}

/** Trap that a person requests. */
export interface TrapRequest {
  where: TrapCondition;
  /** Number of requests or runs: from 1 to {@link MOST_CATCHES}. */
  limit: number;
  /** Milliseconds until it expires: from 1 second to {@link LONGEST_TRAP}. */
  within: number;
  /** Name of the person or program. */
  by: string;
}

/** Maximum number of requests or runs that one trap captures. */
export const MOST_CATCHES = 100;
/** Milliseconds until a trap expires by default. */
export const DEFAULT_TRAP_TIME: number = 10 * 60_000;
/** Longest time until a trap expires, in milliseconds. */
export const LONGEST_TRAP: number = 24 * 3_600_000;
/** Maximum number of traps that are armed at one time. */
export const MOST_ARMED = 20;
/** Form of the id of a trap. */
export const TRAP_ID: RegExp = /^[\da-f]{12}$/;

/** A trap with what it has caught. */
export interface Trap {
  id: string;
  /** Its conditions as text: `POST /orders, status 5xx, from 200 ms`. */
  title: string;
  where: TrapCondition;
  limit: number;
  /** Number of requests or runs that were captured. */
  kept: number;
  /** Epoch milliseconds. */
  createdAt: number;
  expiresAt: number;
  by: string;
  /** `full`: it has caught all that it was set for. */
  state: 'armed' | 'full' | 'expired';
}

/** One request or run that a trap caught. */
export interface Catch {
  traceId: string;
  /** Epoch milliseconds. */
  time: number;
  /** Microseconds. */
  us: number;
  /** `POST /orders/:id` or the name of an effect. */
  subject: string;
  /** Status or outcome. */
  result: string;
  version: string;
}

export interface TrapDetail extends Trap {
  /** Oldest first. */
  catches: Catch[];
}

/** Traps of a server. */
export interface TrapsPort {
  /** Newest first, at most 200. */
  list(): Promise<Trap[]>;
  /** Resolves to `undefined` if there is none with this id. */
  get(id: string): Promise<TrapDetail | undefined>;
  /**
   * Arms a trap.
   *
   * @throws {GatiError} GATI_TRAP when its limits are exceeded, or too many are armed
   */
  add(trap: TrapRequest): Promise<Trap>;
  /** Removes a trap. What it caught stays. Resolves to `false` if there is none with this id. */
  remove(id: string): Promise<boolean>;
}
