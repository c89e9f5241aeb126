import type { HeartbeatRule } from './heartbeat.ts';

/** Environment variable of a proof. Its value is a {@link ProofOrder} as JSON. */
export const PROOF_ORDER = 'GATI_PROOF_ORDER';

/** The release that a process tries. */
export interface ProofOrder {
  version: string;
  id: string;
  /** Milliseconds that the release must run without an error. */
  quiet: number;
  /** When the process counts as blocked. */
  watch: HeartbeatRule;
}

/** Steps of a proof, in order, each with its name in a reason. */
export const PROOF_STEPS = {
  start: 'the start of the process',
  load: 'the load of its code',
  setup: 'the setup of its modules',
  health: 'the health checks of its modules',
  routes: 'the load of its routes',
  quiet: 'the quiet time after the start',
};

export type ProofStep = keyof typeof PROOF_STEPS;

/** Messages from the process of a proof to the supervisor. */
export type ProofMessage =
  /** Sent at the beginning of each step. */
  | { gati: 'proof-step'; step: ProofStep }
  /** Sent once. Without a reason the release has passed. */
  | { gati: 'proof-done'; reason?: string };
