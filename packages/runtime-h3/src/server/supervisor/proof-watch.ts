import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { REPORT_FD } from '../channel/blocked-report.ts';
import { isMessage, type MessageToSupervisor } from '../channel/messages.ts';
import { PROOF_STEPS, type ProofMessage, type ProofStep } from '../channel/proof.ts';
import { describeBlocked } from './blocked-worker.ts';
import { readLines } from './proof-output.ts';

/** Milliseconds that the process has to dispose of its modules once its result is known. */
const END_WITHIN = 2000;
/** Milliseconds that the output of an ended process may take to arrive. */
const OUTPUT_WITHIN = 500;
/** Milliseconds between two checks of the memory of the process. */
const MEMORY_INTERVAL = 200;
/** Minimum milliseconds for the start of the process, in which no code of the release runs. */
const MIN_START = 10_000;
/** MB beside the heap of JavaScript that Node itself needs. */
const NODE_MEMORY = 64;
/** What V8 prints before it ends a process whose heap is full. */
const HEAP_FULL = 'heap out of memory';

export interface ProofWatchOptions {
  /** Milliseconds that each step has. */
  timeout: number;
  /** Additional milliseconds for the last step. */
  quiet: number;
  /** Megabytes that the process may use, in addition to {@link NODE_MEMORY}. */
  memory: number;
  /** Returns the last lines of stderr. */
  errorOutput(): string;
}

/** Watches the process of a proof, and ends it when it takes too long or too much memory. */
export class ProofWatch {
  /** Resolves to the reason why the release failed, or to `undefined` when it has passed. */
  readonly result: Promise<string | undefined>;
  readonly #child: ChildProcess;
  readonly #options: ProofWatchOptions;
  #resolve!: (reason: string | undefined) => void;
  #step: ProofStep = 'start';
  /** Parts of the step that have begun and not ended, such as the setup of one module. */
  readonly #parts = new Set<string>();
  /** Last line of the watchdog thread in this step. */
  #report: string | undefined;
  #timer: NodeJS.Timeout;
  readonly #memoryTimer: NodeJS.Timeout;

  constructor(child: ChildProcess, options: ProofWatchOptions) {
    this.#child = child;
    this.#options = options;
    this.result = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#timer = this.#startTimer();
    this.#memoryTimer = setInterval(() => void this.#checkMemory(), MEMORY_INTERVAL);
    child.on('message', (value) => {
      if (isMessage(value)) this.#receive(value as ProofMessage | MessageToSupervisor);
    });
    readLines(child.stdio[REPORT_FD] as Readable, (line) => this.#onReport(line));
    child.once('exit', (code, signal) => {
      const how = signal ? `signal ${signal}` : `code ${code}`;
      // Its last output says why it ended. A process that it started may keep the pipes open.
      child.once('close', () => this.#onEnd(how));
      setTimeout(() => this.#onEnd(how), OUTPUT_WITHIN).unref();
    });
    child.once('error', (error) => this.#onEnd(error.message));
  }

  #receive(message: ProofMessage | MessageToSupervisor): void {
    if (message.gati === 'proof-step') {
      this.#step = message.step;
      this.#parts.clear();
      this.#report = undefined;
      clearTimeout(this.#timer);
      this.#timer = this.#startTimer();
    } else if (message.gati === 'starting') {
      if (message.done) this.#parts.delete(message.step);
      else this.#parts.add(message.step);
    } else if (message.gati === 'proof-done') {
      this.#resolve(message.reason);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#child.kill('SIGKILL'), END_WITHIN);
    }
  }

  #startTimer(): NodeJS.Timeout {
    const { timeout, quiet } = this.#options;
    const step = this.#step;
    const time =
      step === 'start' ? Math.max(timeout, MIN_START) : timeout + (step === 'quiet' ? quiet : 0);
    const onTimeout = (): void =>
      this.#fail(`It was killed: ${this.#place()} took longer than ${time} ms${this.#blocked()}.`);
    return setTimeout(onTimeout, time);
  }

  #onReport(line: string): void {
    if (line === '') return;
    this.#report = line;
    // Code may block for a long time while it starts, but not once it serves.
    if (this.#step === 'quiet')
      this.#fail(`It was killed during ${this.#place()}${this.#blocked()}.`);
  }

  async #checkMemory(): Promise<void> {
    const used = await residentMemory(this.#child.pid);
    if (used > this.#options.memory + NODE_MEMORY) this.#fail(this.#memoryReason());
  }

  #onEnd(how: string): void {
    clearTimeout(this.#timer);
    clearInterval(this.#memoryTimer);
    const isHeapFull = this.#options.errorOutput().includes(HEAP_FULL);
    this.#resolve(
      isHeapFull ? this.#memoryReason() : `Its process ended (${how}) during ${this.#place()}.`,
    );
  }

  #fail(reason: string): void {
    this.#child.kill('SIGKILL');
    this.#resolve(reason);
  }

  /** Describes the step that the process is at. */
  #place(): string {
    return this.#parts.size > 0 ? [...this.#parts].join(', ') : PROOF_STEPS[this.#step];
  }

  /** Names the line that blocks the event loop, if one does. */
  #blocked(): string {
    const report = this.#report;
    if (report === undefined) return '';
    return `, and ${describeBlocked({ pid: this.#child.pid, report }).reason}`;
  }

  #memoryReason(): string {
    return `It needed more than ${this.#options.memory} MB of memory during ${this.#place()}.`;
  }
}

/** Returns the memory of a process in MB, with that of buffers; 0 where the system does not say. */
async function residentMemory(pid: number | undefined): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) / 1024;
}
