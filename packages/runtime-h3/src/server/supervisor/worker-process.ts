import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { GatiError } from '@gati/contract';
import { REPORT_FD } from '../channel/blocked-report.ts';
import { SUPERVISOR_PID } from '../channel/supervisor-pid.ts';
import { isMessage, type MessageToSupervisor, type MessageToWorker } from '../channel/messages.ts';

/** Milliseconds that a starting worker has to exit. Its event loop may be blocked. */
const ABORT_TIME = 400;

export interface WorkerEvents {
  /** Called with each socket that the worker did not accept before it exited. */
  onUndelivered(socket: Socket): void;
  onMessage(worker: WorkerProcess, message: MessageToSupervisor): void;
}

/** One worker process, as the supervisor sees it. */
export class WorkerProcess {
  /** `blocked`: the worker gives no heartbeat, is replaced and gets no connections. */
  state: 'starting' | 'ready' | 'blocked' | 'draining' | 'exited' = 'starting';
  /** Whether the supervisor asked the worker to drain, so that its exit is not a crash. */
  wasDrained = false;
  /** Resolves when the worker serves. Rejects with the reason when it can't start. */
  readonly ready: Promise<void>;
  /** Resolves with how the process ended: `code 1`, `signal SIGKILL`. */
  readonly exited: Promise<string>;
  /** Checks since the process started. */
  checks = 0;
  /** Checks in a row that found no heartbeat. */
  missing = 0;
  /** What the start waits for. */
  readonly steps = new Set<string>();
  /** Step that the worker began last. */
  lastStep: string | undefined;
  /** Why the supervisor ends a worker that still starts. */
  startError: GatiError | undefined;
  /** Whether the process is being killed. */
  isEnding = false;
  /** Place in the code that blocks the event loop of the worker, once it is known. */
  blockedBy: string | undefined;
  /** Release of the store that the worker wants to serve as current. */
  wanted: string | undefined;
  /** Whether a debugger may pause the process. */
  isInspected = false;
  /** Last line of the watchdog thread, a `BlockedReport` as JSON, since the last message. */
  report: string | undefined;
  /** Checks in a row that found a report. */
  reportChecks = 0;
  /** What the watchdog thread writes: lines of JSON. */
  readonly reports: Readable;
  readonly #child: ChildProcess;
  /** Sockets that the worker has not accepted yet, by the id of their `connection` message. */
  readonly #unaccepted = new Map<number, Socket>();
  #lastId = 0;

  constructor(mark: Record<string, string>, { onUndelivered, onMessage }: WorkerEvents) {
    const child = fork(process.argv[1]!, process.argv.slice(2), {
      env: { ...process.env, ...mark, [SUPERVISOR_PID]: String(process.pid) },
      // The last one is REPORT_FD.
      stdio: ['inherit', 'inherit', 'inherit', 'ipc', 'pipe'],
    });
    this.#child = child;
    this.reports = child.stdio[REPORT_FD] as Readable;
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(signal ? `signal ${signal}` : `code ${code}`));
      child.once('error', (error) => resolve(error.message));
    });
    this.ready = new Promise((resolve, reject) => {
      child.on('message', (value) => {
        if (!isMessage(value)) return;
        const message = value as MessageToSupervisor;
        this.missing = 0;
        this.report = undefined;
        if (message.gati === 'alive') this.isInspected = message.inspected === true;
        else if (message.gati === 'starting') this.#noteStep(message);
        else if (message.gati === 'ready') {
          this.state = 'ready';
          resolve();
        } else if (message.gati === 'start-failed') {
          // The text contains the worker's stack. The stack of the supervisor says nothing.
          reject(Object.assign(new Error(message.text), { stack: message.text }));
        } else if (message.gati === 'connection-accepted') {
          this.#unaccepted.get(message.id)?.destroy();
          this.#unaccepted.delete(message.id);
        } else {
          if (message.gati === 'draining' && this.state === 'ready') this.state = 'draining';
          if (message.gati === 'release-wanted') this.wanted = message.version;
          onMessage(this, message);
        }
      });
      void this.exited.then((how) => {
        this.state = 'exited';
        reject(this.startError ?? workerStartError(how, this.wanted));
        for (const socket of this.#unaccepted.values())
          if (!socket.destroyed) onUndelivered(socket);
        this.#unaccepted.clear();
      });
    });
    // Callers that await `ready` see the failure; others rely on `exited`.
    this.ready.catch(() => {});
  }

  /** Number of connections that the worker has not accepted yet. */
  get unaccepted(): number {
    return this.#unaccepted.size;
  }

  /** Number of unaccepted connections; infinite when the heartbeats of the worker are late. */
  get backlog(): number {
    return this.missing > 2 ? Infinity : this.unaccepted;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  #noteStep({ step, done }: MessageToSupervisor & { gati: 'starting' }): void {
    if (done) this.steps.delete(step);
    else this.steps.add((this.lastStep = step));
  }

  /**
   * Whether a signal that stops servers ended the process. A worker ignores these signals only once
   * its own code runs.
   */
  get wasInterrupted(): boolean {
    return this.#child.signalCode === 'SIGINT' || this.#child.signalCode === 'SIGTERM';
  }

  /**
   * Sends a connection to the worker. The supervisor keeps its copy open until the worker accepts
   * it, since a message on its way to a killed process is lost.
   */
  handOver(socket: Socket): void {
    const id = ++this.#lastId;
    this.#unaccepted.set(id, socket);
    this.#child.send(
      { gati: 'connection', id } satisfies MessageToWorker,
      socket,
      { keepOpen: true },
      (error) => {
        // The other end is closed, though the exit event has not come yet.
        if (error !== null && this.state === 'ready') this.state = 'draining';
      },
    );
  }

  /** Calls `done` when the message is written, or can't be written. */
  send(message: MessageToWorker, done: () => void = () => {}): void {
    if (this.#child.connected) this.#child.send(message, done);
    else done();
  }

  /** Sends no more connections. The worker exits when its own have ended, at most `within` milliseconds later. */
  drain(within: number): void {
    if (this.state !== 'exited') this.state = 'draining';
    this.wasDrained = true;
    this.send({ gati: 'drain', within });
  }

  /** Ends a worker that is not needed any more while it starts. It has no work to finish. */
  abortStart(): void {
    this.send({ gati: 'drain', within: 0 });
    setTimeout(() => {
      if (this.state === 'starting') this.kill();
    }, ABORT_TIME);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

function workerStartError(how: string, release: string | undefined): GatiError {
  const task = release === undefined ? '' : ` It was to serve release ${release} of the store.`;
  return new GatiError({
    code: 'GATI_WORKER_START',
    message: `A worker ended (${how}) before it was ready.${task}`,
    fix: 'Read its output above. After SIGKILL the usual cause is too little memory: give the container more, or lower GATI_WORKERS.',
  });
}
