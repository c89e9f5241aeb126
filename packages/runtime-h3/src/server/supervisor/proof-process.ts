import { fork } from 'node:child_process';
import { freemem } from 'node:os';
import type { Logger } from '../../types/context.ts';
import type { HeartbeatRule } from '../channel/heartbeat.ts';
import { WORKER_MARK } from '../channel/messages.ts';
import { PROOF_ORDER, type ProofOrder } from '../channel/proof.ts';
import { SUPERVISOR_PID } from '../channel/supervisor-pid.ts';
import type { ProofEnv } from '../proof-env.ts';
import { logOutput } from './proof-output.ts';
import { ProofWatch } from './proof-watch.ts';

/** Milliseconds after which a process that does not run its event loop counts as blocked. */
const MAX_BLOCKED = 5000;
/** The same if the time of a step is short. */
const MIN_BLOCKED = 1000;
/** Minimum MB of a proof. */
const MIN_MEMORY = 128;

export interface Proof {
  /** Resolves to why the release failed, or to `undefined` when it has passed. */
  readonly result: Promise<string | undefined>;
  /** Ends the process at once. */
  stop(): void;
}

/**
 * Tries a release in a process that takes no connections and runs no jobs. Its time and memory are
 * limited, and its output goes to the log with the field `proof`.
 */
export function startProof(
  wanted: Omit<ProofOrder, 'watch'>,
  { timeout, memory = defaultMemory() }: Pick<ProofEnv, 'timeout' | 'memory'>,
  logger: Logger,
): Proof {
  const order: ProofOrder = { ...wanted, watch: blockRule(timeout) };
  const child = fork(process.argv[1]!, process.argv.slice(2), {
    env: {
      ...process.env,
      [WORKER_MARK]: 'proof',
      [PROOF_ORDER]: JSON.stringify(order),
      [SUPERVISOR_PID]: String(process.pid),
    },
    // If a flag occurs twice, the last one counts.
    execArgv: [...process.execArgv, `--max-old-space-size=${memory}`],
    // The last one is REPORT_FD.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
  });
  const errorOutput = logOutput(child, order.version, logger);
  const { quiet } = order;
  const { result } = new ProofWatch(child, { timeout, quiet, memory, errorOutput });
  return { result, stop: () => child.kill('SIGKILL') };
}

/** A process that blocks its event loop is reported before its step ends. */
function blockRule(timeout: number): HeartbeatRule {
  const blocked = Math.min(MAX_BLOCKED, Math.max(MIN_BLOCKED, timeout / 4));
  return { interval: Math.ceil(blocked / 5), checks: 5 };
}

/** Half of the available memory, so that a release can't take it from the workers. MB. */
function defaultMemory(): number {
  const available = process.availableMemory?.() ?? freemem();
  return Math.max(MIN_MEMORY, Math.floor(available / 2 / 2 ** 20));
}
