import { type ChildProcess, fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { freemem } from 'node:os';
import type { Readable } from 'node:stream';
import type { Logger } from '../../types/context.ts';
import { REPORT_FD } from '../channel/blocked-report.ts';
import type { HeartbeatRule } from '../channel/heartbeat.ts';
import { isMessage, WORKER_MARK } from '../channel/messages.ts';
import {
  PROOF_ORDER,
  PROOF_STEPS,
  type ProofMessage,
  type ProofOrder,
  type ProofStep,
} from '../channel/proof.ts';
import type { ProofEnv } from '../proof-env.ts';
import { describeBlocked } from './blocked-worker.ts';
import { logOutput, readLines } from './proof-output.ts';

/** Milliseconds that the process has to dispose of its modules once its result is known. */
const END_WITHIN = 2000;
/** Milliseconds that the output of an ended process may take to arrive. */
const OUTPUT_WITHIN = 500;
/** Milliseconds between two looks at the memory of the process. */
const MEMORY_INTERVAL = 200;
/** Milliseconds after which a process that does not run its event loop counts as blocked. */
const MAX_BLOCKED = 5000;
/** The same where steps have a short time. */
const MIN_BLOCKED = 1000;
/** Milliseconds that the system has at least to start the process. No code of the release runs. */
const MIN_START = 10_000;
/** MB beside the heap of JavaScript that Node itself needs. */
const NODE_MEMORY = 64;
/** MB that a proof has at least. */
const MIN_MEMORY = 128;
/** What V8 prints before it ends a process whose heap is full. */
const HEAP_FULL = 'heap out of memory';

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
    env: { ...process.env, [WORKER_MARK]: 'proof', [PROOF_ORDER]: JSON.stringify(order) },
    // The last one of several counts.
    execArgv: [...process.execArgv, `--max-old-space-size=${memory}`],
    // The last one is REPORT_FD.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
  });
  const errorOutput = logOutput(child, order.version, logger);
  return { result: watch(child, order, { timeout, memory, errorOutput }), stop: () => kill(child) };
}

interface WatchOptions {
  /** Milliseconds that each step has. */
  timeout: number;
  /** MB */
  memory: number;
  /** Returns the last lines of stderr. */
  errorOutput(): string;
}

function watch(
  child: ChildProcess,
  { quiet }: ProofOrder,
  { timeout, memory, errorOutput }: WatchOptions,
): Promise<string | undefined> {
  let step: ProofStep = 'start';
  const timeOf = (of: ProofStep): number => {
    if (of === 'start') return Math.max(timeout, MIN_START);
    return of === 'quiet' ? timeout + quiet : timeout;
  };
  return new Promise<string | undefined>((resolve) => {
    const fail = (reason: string): void => {
      kill(child);
      resolve(reason);
    };
    const startTimer = (): NodeJS.Timeout =>
      setTimeout(
        () =>
          fail(
            `It was killed: ${PROOF_STEPS[step]} took longer than ${timeOf(step)} ms${place()}.`,
          ),
        timeOf(step),
      );
    let report: string | undefined;
    const place = (): string =>
      report === undefined ? '' : `, and ${describeBlocked({ pid: child.pid, report }).reason}`;
    readLines(child.stdio[REPORT_FD] as Readable, (line) => {
      if (line !== '') report = line;
      // A start may block for a long time, but not a server.
      if (step === 'quiet' && report !== undefined)
        fail(`It was killed during ${PROOF_STEPS[step]}${place()}.`);
    });
    let timer = startTimer();
    const memoryTimer = setInterval(() => {
      void residentMemory(child.pid).then((used) => {
        if (used > memory + NODE_MEMORY) fail(memoryReason(step, memory));
      });
    }, MEMORY_INTERVAL);
    child.on('message', (value) => {
      if (!isMessage(value)) return;
      const message = value as ProofMessage;
      if (message.gati === 'proof-step') {
        ({ step } = message);
        report = undefined;
        clearTimeout(timer);
        timer = startTimer();
      } else if (message.gati === 'proof-done') {
        resolve(message.reason);
        clearTimeout(timer);
        timer = setTimeout(() => kill(child), END_WITHIN);
      }
    });
    const onEnd = (how: string): void => {
      clearTimeout(timer);
      clearInterval(memoryTimer);
      resolve(
        errorOutput().includes(HEAP_FULL)
          ? memoryReason(step, memory)
          : `Its process ended (${how}) during ${PROOF_STEPS[step]}.`,
      );
    };
    child.once('exit', (code, signal) => {
      const how = signal ? `signal ${signal}` : `code ${code}`;
      // Its last output says why it ended. A process that it started may keep the pipes open.
      child.once('close', () => onEnd(how));
      setTimeout(() => onEnd(how), OUTPUT_WITHIN).unref();
    });
    child.once('error', (error) => onEnd(error.message));
  });
}

/** A process that blocks its event loop is reported before its step ends. */
function blockRule(timeout: number): HeartbeatRule {
  const blocked = Math.min(MAX_BLOCKED, Math.max(MIN_BLOCKED, timeout / 4));
  return { interval: Math.ceil(blocked / 5), checks: 5 };
}

function memoryReason(step: ProofStep, memory: number): string {
  return `It needed more than ${memory} MB of memory during ${PROOF_STEPS[step]}.`;
}

/** Half of the available memory, so that a release can't take it from the workers. MB. */
function defaultMemory(): number {
  const available = process.availableMemory?.() ?? freemem();
  return Math.max(MIN_MEMORY, Math.floor(available / 2 / 2 ** 20));
}

/** Returns the memory of a process in MB, with that of buffers; 0 where the system does not say. */
async function residentMemory(pid: number | undefined): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) / 1024;
}

function kill(child: ChildProcess): void {
  child.kill('SIGKILL');
}
