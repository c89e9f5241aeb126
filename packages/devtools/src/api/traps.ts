/** Traps of the read API, and the input of the action that arms one. */
import type { Catch, Trap, TrapCondition, TrapDetail } from '@gati/runtime-h3/telemetry';

export type { Catch, Trap, TrapCondition, TrapDetail };

export interface TrapList {
  /** Newest first. */
  traps: Trap[];
}

/** Input of the action `traps.add`. */
export interface TrapInput {
  where: TrapCondition;
  /** Requests or runs; 5 by default. */
  limit?: number;
  /** Minutes until it expires; 10 by default. */
  minutes?: number;
}
