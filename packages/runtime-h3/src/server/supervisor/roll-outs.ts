import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from '../../types/context.ts';
import type { WantedRelease } from '../../types/wanted-release.ts';
import type { MessageToSupervisor } from '../channel/messages.ts';
import { type ProofEnv, readProofEnv } from '../proof-env.ts';
import { OtherProofs } from './other-proofs.ts';
import { type PartialPermission, RollOut } from './roll-out.ts';
import type { WorkerProcess } from './worker-process.ts';

/** Maximum number of worker deaths whose times are kept. */
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
  /** Roll-out of the last release that the store named as current and the workers did not serve. */
  #rollOut: RollOut | undefined;
  readonly #others: OtherProofs;
  /** Last release that each worker wanted as current. */
  readonly #wanted = new Map<WorkerProcess, WantedRelease>();
  readonly #watched = new WeakSet<WorkerProcess>();
  readonly #dead = new WeakSet<WorkerProcess>();
  /** `Date.now()` of the last deaths. */
  readonly #deaths: number[] = [];
  #isStopped = false;

  constructor(options: RollOutsOptions) {
    this.#options = options;
    this.#others = new OtherProofs({
      limits: this.#limits,
      onPassed: () => this.#replyToAll(),
      logger: options.logger,
    });
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
    this.#others.stop();
  }

  #onWanted(worker: WorkerProcess, wanted: WantedRelease): void {
    if (this.#isStopped) return;
    this.#watch(worker);
    const { key } = wanted;
    if (!wanted.isCurrent) {
      if (!this.#isKnown(wanted)) this.#others.add(wanted);
      return this.#send(worker, { key, state: 'granted' });
    }
    this.#wanted.set(worker, wanted);
    if (this.#rollOut?.wanted.key === key) return this.#rollOut.add(worker);
    // The start of the server proves the first release.
    if (this.#current === undefined || isSame(this.#current, wanted)) {
      this.#endRollOut();
      this.#current = wanted;
      return this.#send(worker, { key, state: 'granted' });
    }
    this.#endRollOut();
    this.#rollOut = this.#start(wanted, this.#current);
    // Another worker may have requested the release before, while a third still saw an older head.
    for (const [other, last] of this.#wanted) if (last.key === key) this.#rollOut.add(other);
  }

  /** Whether a release needs no other proof: it is current, or on its way to the workers. */
  #isKnown(release: WantedRelease): boolean {
    return [this.#current, this.#rollOut?.wanted].some((known) => known && isSame(known, release));
  }

  /** Ends the roll-out of a release that is no longer wanted as the current one. */
  #endRollOut(): void {
    const rollOut = this.#rollOut;
    if (rollOut === undefined) return;
    rollOut.end();
    this.#rollOut = undefined;
    // Clients may still request its version.
    if (rollOut.hasPassed === undefined) this.#others.add(rollOut.wanted);
    else if (rollOut.hasPassed) this.#others.addPassed(rollOut.wanted);
    else this.#others.addFailed(rollOut.wanted);
  }

  #start(wanted: WantedRelease, before: Pick<WantedRelease, 'version' | 'id'>): RollOut {
    const { workers, isJobWorker, logger } = this.#options;
    const since = Date.now() - this.#limits.watch;
    this.#others.remove(wanted);
    return new RollOut(wanted, {
      before: before.version,
      limits: this.#limits,
      tolerated: this.#deaths.filter((time) => time > since).length,
      workers,
      isJobWorker,
      send: (worker, permission) => this.#send(worker, permission),
      onDone: () => {
        this.#current = wanted;
      },
      onFailed: () => {
        this.#current = before;
      },
      logger,
    });
  }

  /** Sends each worker its permission again, with the releases that are held now. */
  #replyToAll(): void {
    for (const [worker, wanted] of this.#wanted) {
      if (this.#rollOut?.wanted.key === wanted.key) this.#rollOut.add(worker);
      else if (this.#current && isSame(this.#current, wanted))
        this.#send(worker, { key: wanted.key, state: 'granted' });
    }
  }

  #send(worker: WorkerProcess, permission: PartialPermission): void {
    const { held } = this.#others;
    worker.send({ gati: 'release-permission', server: this.#server, held, ...permission });
  }

  #watch(worker: WorkerProcess): void {
    if (this.#watched.has(worker)) return;
    this.#watched.add(worker);
    void worker.exited.then((how) => {
      this.#wanted.delete(worker);
      this.onDeath(worker, worker.blockedBy ?? how);
    });
  }
}

function isSame(
  one: Pick<WantedRelease, 'version' | 'id'>,
  other: Pick<WantedRelease, 'version' | 'id'>,
): boolean {
  return one.version === other.version && one.id === other.id;
}
