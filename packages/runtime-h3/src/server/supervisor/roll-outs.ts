import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from '../../types/context.ts';
import type { MessageToSupervisor, WantedRelease } from '../channel/messages.ts';
import { type ProofEnv, readProofEnv } from '../proof-env.ts';
import { RollOut } from './roll-out.ts';
import type { WorkerProcess } from './worker-process.ts';

/** Deaths of workers whose times are kept. */
const MAX_DEATHS = 100;

export interface RollOutsOptions {
  /** Returns all workers that serve. */
  workers(): WorkerProcess[];
  /** Whether a worker runs jobs only. */
  isJobWorker(worker: WorkerProcess): boolean;
  logger: Logger;
}

/** Decides when each worker of this server makes an activated release current. */
export class RollOuts {
  readonly #options: RollOutsOptions;
  /** The first worker has checked the values already. */
  readonly #limits: ProofEnv = readProofEnv(process.env);
  /** Containers may share a host name, and each numbers its processes from 1. */
  readonly #server = `${hostname()}-${process.pid}-${randomBytes(2).toString('hex')}`;
  /** Release that the workers serve as current. */
  #current: Pick<WantedRelease, 'version' | 'id'> | undefined;
  /** The last release that the store named and that was not current then. */
  #rollOut: RollOut | undefined;
  readonly #watched = new WeakSet<WorkerProcess>();
  readonly #dead = new WeakSet<WorkerProcess>();
  /** `Date.now()` of the last deaths. */
  readonly #deaths: number[] = [];
  #isStopped = false;

  constructor(options: RollOutsOptions) {
    this.#options = options;
  }

  receive(
    worker: WorkerProcess,
    message: Extract<MessageToSupervisor, { gati: 'release-wanted' | 'release-taken' }>,
  ): void {
    if (message.gati === 'release-wanted') this.#onWanted(worker, message);
    else if (this.#rollOut?.wanted.key === message.key)
      this.#rollOut.onTaken(worker, message.reason);
  }

  /** Counts a worker that died by itself. */
  onDeath(worker: WorkerProcess, how: string): void {
    if (this.#isStopped || worker.wasDrained || this.#dead.has(worker)) return;
    this.#dead.add(worker);
    this.#deaths.push(Date.now());
    if (this.#deaths.length > MAX_DEATHS) this.#deaths.shift();
    this.#rollOut?.onDeath(worker, how);
  }

  stop(): void {
    this.#isStopped = true;
    this.#rollOut?.end();
  }

  #onWanted(worker: WorkerProcess, wanted: WantedRelease): void {
    if (this.#isStopped) return;
    this.#watch(worker);
    if (this.#rollOut?.wanted.key === wanted.key) return this.#rollOut.add(worker);
    const isCurrent = this.#current?.version === wanted.version && this.#current.id === wanted.id;
    // The start of the server proves the first release, and the own build.
    if (this.#current === undefined || isCurrent || wanted.isOwn) {
      this.#rollOut?.end();
      this.#rollOut = undefined;
      this.#current = wanted;
      const { key } = wanted;
      return worker.send({
        gati: 'release-permission',
        key,
        state: 'granted',
        server: this.#server,
      });
    }
    this.#rollOut?.end();
    this.#rollOut = this.#start(wanted, this.#current);
    this.#rollOut.add(worker);
  }

  #start(wanted: WantedRelease, before: Pick<WantedRelease, 'version' | 'id'>): RollOut {
    const { workers, isJobWorker, logger } = this.#options;
    const since = Date.now() - this.#limits.watch;
    return new RollOut(wanted, {
      server: this.#server,
      before: before.version,
      limits: this.#limits,
      tolerated: this.#deaths.filter((time) => time > since).length,
      workers,
      isJobWorker,
      onDone: () => {
        this.#current = wanted;
      },
      onFailed: () => {
        this.#current = before;
      },
      logger,
    });
  }

  #watch(worker: WorkerProcess): void {
    if (this.#watched.has(worker)) return;
    this.#watched.add(worker);
    void worker.exited.then((how) => this.onDeath(worker, worker.blockedBy ?? how));
  }
}
