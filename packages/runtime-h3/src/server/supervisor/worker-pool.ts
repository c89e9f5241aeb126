import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CrashCause, crashCause } from '../../telemetry/record/crash-counts.ts';
import type { Logger } from '../../types/context.ts';
import type { PoolStatus } from '../../types/process-metrics.ts';
import type { HeartbeatRule } from '../channel/heartbeat.ts';
import { type MessageToSupervisor, WORKER_MARK, type WorkerKind } from '../channel/messages.ts';
import { RestartPause } from './restart-pause.ts';
import { WorkerProcess } from './worker-process.ts';

/** Milliseconds between two checks of workers that give no heartbeats. */
const START_INTERVAL = 1000;
/**
 * Milliseconds that the supervisor's own signal may take to arrive after a worker died by one: a
 * signal to the whole process group can end a starting worker first.
 */
const SIGNAL_DELAY = 2000;

export interface WorkerPoolOptions {
  size: number;
  /** Kind of all workers. By default the first one is `first` and the others are `more`. */
  kind?: WorkerKind;
  /** Further variables of the environment of the workers. */
  env?: Record<string, string>;
  /** How the workers are watched. Absent: they are not watched. */
  heartbeat: HeartbeatRule | undefined;
  /** Milliseconds that a worker may take to start. 0: no limit. */
  startTimeout: number;
  /** Milliseconds that a draining worker has. */
  drain: number;
  /** Connections that may wait: for each worker, and for any while none is ready. */
  backlog: number;
  /** Called with each connection that is closed since too many wait. */
  onDrop(): void;
  onReady(worker: WorkerProcess): void;
  /** Called when a worker is replaced or could not start. */
  onCrash(cause: CrashCause): void;
  onMessage(worker: WorkerProcess, message: MessageToSupervisor): void;
  logger: Logger;
}

/**
 * Workers of one kind: distributes connections in turn, replaces crashed workers, and replaces all
 * workers in turn (a roll) without losing a request.
 */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  /** One slot per worker. A draining worker has no slot; an empty slot gets a new worker. */
  readonly #slots: (WorkerProcess | undefined)[];
  /** Every process that has not exited, starting and draining ones too. */
  readonly #alive = new Set<WorkerProcess>();
  readonly #waiting: Socket[] = [];
  #next = 0;
  readonly #pause: RestartPause;
  #isStarted = false;
  #isStopping = false;
  #rolling: Promise<string | undefined> | undefined;
  /** The last change of the slots. Changes run one after another. */
  #changing: Promise<unknown> = Promise.resolve();

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#pause = new RestartPause(options.size);
    const { heartbeat, startTimeout } = options;
    const interval = heartbeat?.interval ?? (startTimeout > 0 ? START_INTERVAL : undefined);
    // The start does not need the watch, so it begins later.
    if (interval !== undefined) setTimeout(() => void this.#watch(interval), interval).unref();
    this.#slots = Array.from({ length: options.size });
  }

  /**
   * Starts one worker and, once it serves, the others: the first response must not wait for all.
   * Rejects when the first one can't start.
   */
  async start(onFirst: () => void): Promise<void> {
    if (this.#isStopping) return;
    this.#isStarted = true;
    try {
      this.#slots[0] = await this.#launch(onFirst);
    } catch (error) {
      // The user stopped the server while it started: that is not a failed start.
      if (this.#isStopping) return;
      throw error;
    }
    this.#assignWaiting();
    for (let slot = 1; slot < this.#slots.length; slot++) void this.#fill(slot);
  }

  /** Starts all workers without waiting, and tries again when one can't start. */
  startInBackground(): void {
    if (this.#isStarted || this.#isStopping) return;
    this.#isStarted = true;
    for (const slot of this.#slots.keys()) void this.#fill(slot);
  }

  /** Hands a connection to the next ready worker, or keeps it until there is one. */
  assign(socket: Socket): void {
    const worker = this.#nextReady();
    const { backlog, onDrop } = this.#options;
    if (worker !== undefined && worker.unaccepted < backlog) return worker.handOver(socket);
    if (this.#isStopping) return void socket.destroy();
    if (worker === undefined && this.#waiting.length < backlog)
      return void this.#waiting.push(socket);
    onDrop();
    socket.destroy();
  }

  /**
   * Returns the ready worker with the fewest connections that it has not accepted, in turn if
   * several have equally few. So a blocked worker gets hardly any before its heartbeats are late.
   */
  #nextReady(): WorkerProcess | undefined {
    const count = this.#slots.length;
    const first = this.#next;
    let best: WorkerProcess | undefined;
    for (let tries = 0; tries < count; tries++) {
      const slot = (first + tries) % count;
      const worker = this.#slots[slot];
      if (worker?.state !== 'ready' || (best && worker.backlog >= best.backlog)) continue;
      best = worker;
      this.#next = slot + 1;
      if (worker.backlog === 0) break;
    }
    return best;
  }

  /** Workers that can receive messages: ready and draining ones. */
  get workers(): WorkerProcess[] {
    return [...this.#alive].filter(({ state }) => state === 'ready' || state === 'draining');
  }

  /**
   * Replaces the workers slot by slot. When a new worker can't start, the old ones stay, and it
   * resolves to the reason.
   */
  roll(): Promise<string | undefined> {
    if (!this.#isStarted) return Promise.resolve(undefined);
    this.#rolling ??= this.#change(() => this.#rollAll()).finally(() => {
      this.#rolling = undefined;
    });
    return this.#rolling;
  }

  /** Numbers of slots, and of workers by what they do. */
  get status(): Pick<PoolStatus, 'wanted' | 'ready' | 'starting' | 'draining'> {
    const count = (...states: WorkerProcess['state'][]): number =>
      [...this.#alive].filter(({ state }) => states.includes(state)).length;
    return {
      wanted: this.#slots.length,
      ready: count('ready'),
      starting: count('starting'),
      draining: count('draining', 'blocked'),
    };
  }

  /**
   * Changes the number of workers. A new worker gets its slot once it is ready; a removed one drains.
   * Rejects when a new worker can't start; those that have started stay.
   */
  resize(size: number): Promise<void> {
    return this.#change(async () => {
      while (this.#slots.length < size && !this.#isStopping) this.#slots.push(await this.#launch());
      this.#assignWaiting();
      for (const removed of this.#slots.splice(size)) removed?.drain(this.#options.drain);
      this.#options.logger.info('scaled', { workers: this.#slots.length });
    });
  }

  /**
   * Replaces one worker: it drains once the new one is ready. Resolves to a reason if no slot has
   * it. Rejects when the new worker can't start; the old one stays.
   */
  restart(pid: number): Promise<string | undefined> {
    return this.#change(async () => {
      const find = (): number => this.#slots.findIndex((worker) => worker?.pid === pid);
      if (find() === -1) return 'the worker has ended';
      const fresh = await this.#launch();
      const slot = find();
      // The old worker has crashed meanwhile, and another worker has its slot.
      if (slot === -1) fresh.drain(this.#options.drain);
      else {
        this.#slots[slot]?.drain(this.#options.drain);
        this.#slots[slot] = fresh;
      }
      return undefined;
    });
  }

  #change<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#changing.then(work);
    this.#changing = result.catch(() => undefined);
    return result;
  }

  /** Drains all workers. Resolves when they have exited. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const socket of this.#waiting.splice(0)) socket.destroy();
    const { drain } = this.#options;
    for (const worker of this.#alive) {
      if (worker.state === 'starting') worker.abortStart();
      else worker.drain(drain);
    }
    const timer = setTimeout(() => this.kill(), drain + 2000);
    await Promise.all([...this.#alive].map(({ exited }) => exited));
    clearTimeout(timer);
  }

  kill(): void {
    for (const worker of this.#alive) worker.kill();
  }

  async #watch(interval: number): Promise<void> {
    const { heartbeat, startTimeout, drain, logger } = this.#options;
    try {
      const { watchWorkers } = await import('./worker-watch.ts');
      watchWorkers({
        workers: this.#alive,
        interval,
        heartbeat,
        startTimeout,
        onBlocked: (worker) => this.#replace(worker, 'blocked'),
        onRecovered: (worker) => worker.drain(drain),
        // The ready line has to be the first one on stdout.
        onSlowStart: (text) => {
          if (this.workers.length > 0) logger.warn(text);
          else process.stderr.write(`${text}\n`);
        },
        logger,
      });
    } catch (error) {
      logger.error('the workers are not watched', { error });
    }
  }

  async #rollAll(): Promise<string | undefined> {
    const { logger, drain } = this.#options;
    const old = [...this.#alive].filter(({ state }) => state !== 'exited');
    logger.info('rolling', { workers: this.#slots.length });
    for (let slot = 0; slot < this.#slots.length && !this.#isStopping; slot++) {
      let fresh: WorkerProcess;
      try {
        fresh = await this.#launch();
      } catch (error) {
        if (this.#isStopping) return undefined;
        const reason = (error as Error).message;
        this.#options.onCrash('start');
        logger.error('a new worker could not start; the old ones stay', {
          code: 'GATI_ROLL',
          reason,
        });
        return reason;
      }
      const replaced = this.#slots[slot];
      this.#slots[slot] = fresh;
      replaced?.drain(drain);
    }
    // One generation drains at a time.
    await Promise.all(old.filter(({ state }) => state !== 'ready').map(({ exited }) => exited));
    logger.info('rolled', { workers: this.#slots.length });
    return undefined;
  }

  /** Starts a worker and resolves when it is ready. `onFirst` marks the first one of the pool. */
  async #launch(onFirst?: () => void): Promise<WorkerProcess> {
    const { kind, env, onMessage, onReady } = this.#options;
    const worker = new WorkerProcess(
      { ...env, [WORKER_MARK]: kind ?? (onFirst ? 'first' : 'more') },
      {
        onUndelivered: (socket) => this.assign(socket),
        onMessage: (from, message) => {
          if (message.gati === 'draining') this.#replace(from, 'uncaught');
          onMessage(from, message);
        },
      },
    );
    this.#alive.add(worker);
    void worker.exited.then((how) => {
      this.#alive.delete(worker);
      this.#onExit(worker, how);
    });
    await worker.ready.catch(async (error: unknown) => {
      if (worker.wasInterrupted && !this.#isStopping) await sleep(SIGNAL_DELAY);
      throw error;
    });
    if (!this.#isStopping) onFirst?.();
    onReady(worker);
    if (this.#isStopping) worker.drain(this.#options.drain);
    return worker;
  }

  #onExit(worker: WorkerProcess, how: string): void {
    if (this.#isStopping || !this.#slots.includes(worker)) return;
    const cause = crashCause(how);
    this.#options.logger.error('a worker crashed and is replaced', {
      code: 'GATI_WORKER_CRASHED',
      worker: worker.pid,
      cause,
      how,
    });
    this.#replace(worker, cause);
  }

  #replace(worker: WorkerProcess, cause: CrashCause): void {
    const slot = this.#slots.indexOf(worker);
    if (slot === -1 || this.#isStopping) return;
    this.#slots[slot] = undefined;
    this.#options.onCrash(cause);
    this.#pause.noteCrash();
    void this.#fill(slot);
  }

  /** Starts workers until the slot has one, with pauses after repeated crashes. */
  async #fill(slot: number): Promise<void> {
    const isEmpty = (): boolean => slot < this.#slots.length && this.#slots[slot] === undefined;
    while (!this.#isStopping && isEmpty()) {
      const pause = this.#pause.next();
      if (pause > 0) await sleep(pause);
      if (this.#isStopping || !isEmpty()) return;
      try {
        const worker = await this.#launch();
        this.#pause.noteStart();
        // A change of the pool may have filled or removed the slot in the meantime.
        if (isEmpty()) this.#slots[slot] = worker;
        else worker.drain(this.#options.drain);
        this.#assignWaiting();
      } catch (error) {
        if (this.#isStopping) return;
        this.#pause.noteFailedStart();
        this.#options.onCrash('start');
        this.#options.logger.error('a worker could not start', {
          reason: (error as Error).message,
        });
      }
    }
  }

  #assignWaiting(): void {
    for (const socket of this.#waiting.splice(0)) this.assign(socket);
  }
}
