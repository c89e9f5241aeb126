import { type Env, readInteger } from '../config/read-env.ts';

/** How a server tries an activated release. Times are milliseconds. */
export interface ProofEnv {
  /** Time that each step of the proof has. 0: workers take a release without a proof. */
  timeout: number;
  /** Time that a new release must run without an error. */
  quiet: number;
  /** MB of memory that the proof has. `undefined`: half of what is available. */
  memory: number | undefined;
  /** Time after an activation in which deaths of workers count against the release. */
  watch: number;
}

/**
 * Reads the settings. Most servers have no release store, so it is not part of `readServerEnv`.
 * @throws {GatiError} GATI_BAD_ENV when a value can't be used
 */
export function readProofEnv(env: Env): ProofEnv {
  const readTime = (name: string): number | undefined =>
    readInteger(env, name, 0, 2 ** 31 - 1, 'milliseconds');
  return {
    timeout: readTime('GATI_PROOF_TIMEOUT') ?? 30_000,
    quiet: readTime('GATI_PROOF_QUIET') ?? 3000,
    memory: readInteger(env, 'GATI_PROOF_MEMORY', 64, 2 ** 20, 'MB from 64'),
    watch: readTime('GATI_PROOF_WATCH') ?? 60_000,
  };
}
