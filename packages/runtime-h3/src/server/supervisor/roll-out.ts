import type { Logger } from '../../types/context.ts';
import type { WantedRelease } from '../../types/wanted-release.ts';
import type { ReleasePermission } from '../channel/messages.ts';
import type { ProofEnv } from '../proof-env.ts';
import { type Proof, startProof } from './proof-process.ts';
import type { WorkerProcess } from './worker-process.ts';

/** Milliseconds that the first worker runs a release before the next one takes it. */
const FIRST_WORKER = 1000;
/** Milliseconds before a failed proof is repeated. Doubles up to the longest pause. */
const RETRY_AFTER = 10_000;
const MAX_RETRY = 5 * 60_000;

/** The part of a permission that a roll-out decides. */
export type PartialPermission = Omit<ReleasePermission, 'server' | 'held'>;

export interface RollOutOptions {
  /** Version that the workers serve as current until then. */
  before: string;
  limits: ProofEnv;
  /** Number of worker deaths not blamed on the release: as many happened shortly before it. */
  tolerated: number;
  /** Returns all workers that serve. */
  workers(): WorkerProcess[];
  /** Whether a worker runs jobs only. */
  isJobWorker(worker: WorkerProcess): boolean;
  /** Sends a permission to a worker. */
  send(worker: WorkerProcess, permission: PartialPermission): void;
  /** Called when all workers have the release. */
  onDone(): void;
  /** Called when the release has failed on this server. */
  onFailed(): void;
  logger: Logger;
}

/**
 * Brings one activated release to the workers of this server. The release proves itself in a
 * separate process. Then the workers take it one after the other. When one fails or dies, no
 * further one takes it, and those that have it go back.
 */
export class RollOut {
  readonly wanted: WantedRelease;
  readonly #options: RollOutOptions;
  #state: 'proving' | 'rolling' | 'done' | 'failed' = 'proving';
  #reason: string | undefined;
  #proof: Proof | undefined;
  /** Every worker that wants the release. */
  readonly #workers = new Set<WorkerProcess>();
  /** Workers that may take the release, or have taken it. */
  readonly #granted = new Set<WorkerProcess>();
  readonly #taken = new Set<WorkerProcess>();
  #taking: WorkerProcess | undefined;
  /** Running pause before the next worker, or before the next proof. */
  #timer: NodeJS.Timeout | undefined;
  /** `Date.now()` of the last worker that took the release. */
  #lastTaken = 0;
  #deaths = 0;
  #retryAfter = RETRY_AFTER;
  #isEnded = false;

  constructor(wanted: WantedRelease, options: RollOutOptions) {
    this.wanted = wanted;
    this.#options = options;
    // The server's own build has run since the server started.
    if (options.limits.timeout === 0 || wanted.isOwn) this.#state = 'rolling';
    else void this.#prove();
  }

  /** Adds a worker that wants the release, and replies to it. */
  add(worker: WorkerProcess): void {
    this.#workers.add(worker);
    // A worker that replaces another one takes the release at once.
    if (this.#state === 'done') this.#grant(worker);
    else this.#reply(worker);
    this.#next();
  }

  /** @param reason why the worker could not take the release */
  onTaken(worker: WorkerProcess, reason: string | undefined): void {
    if (this.#state === 'failed' || this.#isEnded || this.#taken.has(worker)) return;
    if (reason !== undefined) {
      // A worker that replaces another one tries again by itself.
      if (this.#state === 'done') return;
      return this.#fail(`Worker ${worker.pid} could not take it. ${reason}`, { retry: true });
    }
    const isFirst = this.#taken.size === 0;
    this.#taken.add(worker);
    this.#lastTaken = Date.now();
    if (this.#taking === worker) this.#taking = undefined;
    if (!isFirst) return this.#next();
    const pause = Math.min(FIRST_WORKER, this.#options.limits.quiet);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#next();
    }, pause);
  }

  /** Blames the death of a worker on the release if the worker serves it. */
  onDeath(worker: WorkerProcess, how: string): void {
    this.#workers.delete(worker);
    this.#taken.delete(worker);
    const hadIt = this.#granted.delete(worker);
    if (this.#taking === worker) this.#taking = undefined;
    if (!hadIt || this.#isEnded || this.#state === 'failed') return;
    const { tolerated, limits } = this.#options;
    const age = Date.now() - this.#lastTaken;
    if (this.#state === 'done' && age > limits.watch) return;
    this.#deaths++;
    // A single death while all workers have the release may have another cause.
    const allowed = tolerated + (this.#state === 'done' ? 1 : 0);
    if (this.#deaths <= allowed) return this.#next();
    const others = this.#deaths - 1;
    const before = others === 0 ? '' : `, as ${others} other${others === 1 ? '' : 's'} did before`;
    this.#fail(`Worker ${worker.pid} died after it took the release (${how})${before}.`, {
      retry: false,
    });
  }

  /** Whether the release may get requests on this server. `undefined`: it is not known yet. */
  get hasPassed(): boolean | undefined {
    if (this.#state === 'failed' || this.#reason !== undefined) return false;
    return this.#state === 'proving' ? undefined : true;
  }

  /** Ends the roll-out: another release is wanted, or the server stops. */
  end(): void {
    this.#isEnded = true;
    clearTimeout(this.#timer);
    this.#proof?.stop();
  }

  async #prove(): Promise<void> {
    const { limits, logger } = this.#options;
    const { version, id, isNew } = this.wanted;
    const begin = performance.now();
    logger.info('a release proves itself', { release: version });
    const quiet = isNew ? limits.quiet : 0;
    this.#proof = startProof({ version, id, quiet }, limits, logger);
    const reason = await this.#proof.result;
    if (this.#isEnded) return;
    if (reason !== undefined) return this.#fail(`It failed its proof. ${reason}`, { retry: true });
    const milliseconds = Math.round(performance.now() - begin);
    logger.info('a release has passed its proof', { release: version, milliseconds });
    this.#state = 'rolling';
    this.#next();
  }

  /** Lets the next worker take the release. The worker for jobs is first: it serves no requests. */
  #next(): void {
    if (this.#state !== 'rolling' || this.#taking || this.#timer || this.#isEnded) return;
    const waiting = [...this.#workers].filter((worker) => !this.#taken.has(worker));
    const next = waiting.find((worker) => this.#options.isJobWorker(worker)) ?? waiting[0];
    if (next !== undefined) {
      this.#taking = next;
      return this.#grant(next);
    }
    if (this.#taken.size === 0) return;
    if (!this.#options.workers().every((worker) => this.#taken.has(worker))) return;
    this.#state = 'done';
    this.#reason = undefined;
    this.#options.logger.info('all workers have the release', { release: this.wanted.version });
    this.#options.onDone();
  }

  #fail(reason: string, { retry }: { retry: boolean }): void {
    const { logger, before, onFailed } = this.#options;
    const { version } = this.wanted;
    if (reason !== this.#reason) {
      logger.error('a release failed on this server and gets no requests', {
        code: 'GATI_RELEASE_PROOF',
        release: version,
        current: before,
        reason,
      });
    }
    this.#state = 'failed';
    this.#reason = reason;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#taking = undefined;
    this.#taken.clear();
    this.#granted.clear();
    this.#deaths = 0;
    onFailed();
    for (const worker of this.#workers) this.#reply(worker);
    if (retry) this.#retry();
  }

  /** Repeats the proof later, as long as the release is wanted: its cause may be gone. */
  #retry(): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#state = 'proving';
      void this.#prove();
    }, this.#retryAfter);
    this.#retryAfter = Math.min(MAX_RETRY, this.#retryAfter * 2);
  }

  #grant(worker: WorkerProcess): void {
    this.#granted.add(worker);
    this.#send(worker, { state: 'granted' });
  }

  /** Sends the state of a worker that may not take the release now. */
  #reply(worker: WorkerProcess): void {
    const use = this.#options.before;
    if (this.#granted.has(worker)) this.#grant(worker);
    // During another try the old failure still counts.
    else if (this.#reason === undefined) this.#send(worker, { state: 'pending', use });
    else this.#send(worker, { state: 'failed', use, reason: this.#reason });
  }

  #send(worker: WorkerProcess, permission: Omit<PartialPermission, 'key'>): void {
    this.#options.send(worker, { key: this.wanted.key, ...permission });
  }
}
