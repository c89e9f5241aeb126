import type { Socket } from 'node:net';
import { type MessageToSupervisor, WORKER_MARK, type WorkerKind } from '../channel/messages.ts';
import { WorkerProcess } from './worker-process.ts';

/** Connections that wait for a worker. Above it, new ones are closed. */
const LONGEST_QUEUE = 1024;
/** A worker that served this long was healthy: its crash is no loop. Milliseconds. */
const HEALTHY_AFTER = 10_000;
const LONGEST_PAUSE = 10_000;
/** A signal to the whole process group may end a worker this long before the supervisor gets its own. Milliseconds. */
const OWN_SIGNAL = 500;

export interface PoolOptions {
  size: number;
  /** Of all its workers; by default the first is `first` and the others `more`. */
  kind?: WorkerKind;
  /** Milliseconds that a leaving worker has. */
  drain: number;
  onReady(worker: WorkerProcess): void;
  onMessage(worker: WorkerProcess, message: MessageToSupervisor): void;
  log(level: 'info' | 'warn' | 'error', msg: string, fields?: Record<string, unknown>): void;
}

/** The workers: hands out connections, replaces who crashed, rolls all of them without losing a request. */
export class WorkerPool {
  readonly #options: PoolOptions;
  /** One place a worker; who leaves is not here. */
  readonly #places: (WorkerProcess | undefined)[];
  readonly #alive = new Set<WorkerProcess>();
  readonly #waiting: Socket[] = [];
  #next = 0;
  #crashes = 0;
  #began = false;
  #stopping = false;
  #rolling: Promise<void> | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#places = Array.from({ length: options.size });
  }

  /** Starts one and, when that serves, the rest: the first answer must not wait for all. Rejects when it can't start. */
  async start(onFirst: () => void): Promise<void> {
    this.#began = true;
    try {
      this.#places[0] = await this.#launch(onFirst);
    } catch (error) {
      // Who ends the server wants no worker.
      if (this.#stopping) return;
      throw error;
    }
    this.#handOut();
    for (let place = 1; place < this.#places.length; place++) void this.#fill(place);
  }

  /** Starts all in the background, again and again where they fail. */
  startInBackground(): void {
    if (this.#began) return;
    this.#began = true;
    for (const place of this.#places.keys()) void this.#fill(place);
  }

  assign(socket: Socket): void {
    const count = this.#places.length;
    for (let tries = 0; tries < count; tries++) {
      const worker = this.#places[this.#next++ % count];
      if (worker?.state === 'ready') return worker.handOver(socket);
    }
    if (this.#stopping || this.#waiting.length >= LONGEST_QUEUE) socket.destroy();
    else this.#waiting.push(socket);
  }

  get workers(): WorkerProcess[] {
    return [...this.#alive].filter(({ state }) => state === 'ready' || state === 'leaving');
  }

  /** Replaces each worker by a new one of the same place. Where a new one can't start, the old stay. */
  roll(): Promise<void> {
    if (!this.#began) return Promise.resolve();
    this.#rolling ??= this.#rollAll().finally(() => {
      this.#rolling = undefined;
    });
    return this.#rolling;
  }

  /** Resolves when all workers are gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const socket of this.#waiting.splice(0)) socket.destroy();
    const { drain } = this.#options;
    for (const worker of this.#alive) worker.drain(drain);
    const late = setTimeout(() => this.kill(), drain + 2000);
    await Promise.all([...this.#alive].map(({ exited }) => exited));
    clearTimeout(late);
  }

  kill(): void {
    for (const worker of this.#alive) worker.kill();
  }

  async #rollAll(): Promise<void> {
    const { log, drain } = this.#options;
    const old = [...this.#alive].filter(({ state }) => state !== 'gone');
    log('info', 'rolling', { workers: this.#places.length });
    for (let place = 0; place < this.#places.length && !this.#stopping; place++) {
      let fresh: WorkerProcess;
      try {
        fresh = await this.#launch();
      } catch (error) {
        if (this.#stopping) return;
        log('error', 'a new worker could not start; the old ones stay', {
          code: 'GATI_ROLL',
          reason: (error as Error).message,
        });
        return;
      }
      const before = this.#places[place];
      this.#places[place] = fresh;
      before?.drain(drain);
    }
    // One generation drains at a time.
    await Promise.all(old.filter(({ state }) => state !== 'ready').map(({ exited }) => exited));
    log('info', 'rolled', { workers: this.#places.length });
  }

  async #launch(then?: () => void): Promise<WorkerProcess> {
    const { kind, onMessage, onReady } = this.#options;
    const worker = new WorkerProcess(
      { [WORKER_MARK]: kind ?? (then ? 'first' : 'more') },
      {
        onUndelivered: (socket) => this.assign(socket),
        onMessage: (from, message) => {
          if (message.gati === 'leaving') this.#replace(from);
          onMessage(from, message);
        },
      },
    );
    this.#alive.add(worker);
    void worker.exited.then((how) => {
      this.#alive.delete(worker);
      this.#onGone(worker, how);
    });
    await worker.ready.catch(async (error: unknown) => {
      if (worker.wasInterrupted && !this.#stopping) await pause(OWN_SIGNAL);
      throw error;
    });
    if (!this.#stopping) then?.();
    onReady(worker);
    if (this.#stopping) worker.drain(this.#options.drain);
    return worker;
  }

  #onGone(worker: WorkerProcess, how: string): void {
    if (this.#stopping || !this.#places.includes(worker)) return;
    this.#options.log('error', 'a worker crashed and is replaced', { worker: worker.pid, how });
    this.#replace(worker);
  }

  #replace(worker: WorkerProcess): void {
    const place = this.#places.indexOf(worker);
    if (place === -1 || this.#stopping) return;
    this.#places[place] = undefined;
    this.#crashes =
      Date.now() - (worker.readyAt ?? Infinity) > HEALTHY_AFTER ? 0 : this.#crashes + 1;
    void this.#fill(place);
  }

  /** Tries until the place has a worker, with pauses that double. */
  async #fill(place: number): Promise<void> {
    while (!this.#stopping && this.#places[place] === undefined) {
      if (this.#crashes > 1) await pause(Math.min(LONGEST_PAUSE, 50 * 2 ** this.#crashes));
      if (this.#stopping || this.#places[place] !== undefined) return;
      try {
        const worker = await this.#launch();
        // A roll may have been quicker.
        if (this.#places[place] === undefined) this.#places[place] = worker;
        else worker.drain(this.#options.drain);
        this.#handOut();
      } catch (error) {
        if (this.#stopping) return;
        this.#crashes++;
        this.#options.log('error', 'a worker could not start', {
          reason: (error as Error).message,
        });
      }
    }
  }

  #handOut(): void {
    for (const socket of this.#waiting.splice(0)) this.assign(socket);
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
