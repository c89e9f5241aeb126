import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { GatiError } from '@gati/contract';
import { isMessage, type MessageToSupervisor, type MessageToWorker } from '../channel/messages.ts';

export interface WorkerEvents {
  /** A socket that its worker never had, since it died first. */
  onUndelivered(socket: Socket): void;
  onMessage(worker: WorkerProcess, message: MessageToSupervisor): void;
}

/** One worker as its supervisor sees it. */
export class WorkerProcess {
  state: 'starting' | 'ready' | 'leaving' | 'gone' = 'starting';
  /** Epoch milliseconds. */
  readyAt: number | undefined;
  /** Resolves when it serves; rejects with what it says about why it can't. */
  readonly ready: Promise<void>;
  /** Resolves with how the process ended. */
  readonly exited: Promise<string>;
  readonly #child: ChildProcess;
  readonly #untaken = new Map<number, Socket>();
  #given = 0;

  constructor(mark: Record<string, string>, { onUndelivered: onReturn, onMessage }: WorkerEvents) {
    const child = fork(process.argv[1]!, process.argv.slice(2), {
      env: { ...process.env, ...mark },
    });
    this.#child = child;
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(signal ? `signal ${signal}` : `code ${code}`));
      child.once('error', (error) => resolve(error.message));
    });
    this.ready = new Promise((resolve, reject) => {
      child.on('message', (message) => {
        if (!isMessage(message)) return;
        const known = message as MessageToSupervisor;
        if (known.gati === 'ready') {
          this.state = 'ready';
          this.readyAt = Date.now();
          resolve();
        } else if (known.gati === 'failed') {
          // Whole as it stands: the place in the supervisor says nothing.
          reject(Object.assign(new Error(known.text), { stack: known.text }));
        } else if (known.gati === 'taken') {
          this.#untaken.get(known.id)?.destroy();
          this.#untaken.delete(known.id);
        } else {
          if (known.gati === 'leaving' && this.state === 'ready') this.state = 'leaving';
          onMessage(this, known);
        }
      });
      void this.exited.then((how) => {
        this.state = 'gone';
        reject(workerStartError(how));
        for (const socket of this.#untaken.values()) if (!socket.destroyed) onReturn(socket);
        this.#untaken.clear();
      });
    });
    // Who waits for `ready` sees the failure; for who does not, `gone` is enough.
    this.ready.catch(() => {});
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Ended by a signal that ends servers: until its own code runs, a worker does not ignore them. */
  get wasInterrupted(): boolean {
    return this.#child.signalCode === 'SIGINT' || this.#child.signalCode === 'SIGTERM';
  }

  /** It stays open here until the worker says that it has it: what is on its way to a process that is killed is lost. */
  handOver(socket: Socket): void {
    const id = ++this.#given;
    this.#untaken.set(id, socket);
    this.#child.send(
      { gati: 'connection', id } satisfies MessageToWorker,
      socket,
      { keepOpen: true },
      (error) => {
        // Nobody reads at the other end, though its exit was not told yet.
        if (error !== null && this.state === 'ready') this.state = 'leaving';
      },
    );
  }

  /** `done` is called when it is written, or can't be. */
  send(message: MessageToWorker, done: () => void = () => {}): void {
    if (this.#child.connected) this.#child.send(message, done);
    else done();
  }

  /** No more connections; it ends when its own have, at most `within` milliseconds later. */
  drain(within: number): void {
    if (this.state !== 'gone') this.state = 'leaving';
    this.send({ gati: 'drain', within });
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

function workerStartError(how: string): GatiError {
  return new GatiError({
    code: 'GATI_WORKER_START',
    message: `A worker ended (${how}) before it was ready.`,
    fix: 'See what it wrote above. Killed by SIGKILL it ran out of memory more often than not: give the container more, or set GATI_WORKERS lower.',
  });
}
