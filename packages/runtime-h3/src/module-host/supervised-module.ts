import { setTimeout as sleep } from 'node:timers/promises';
import { createTurns } from '../collections/in-turn.ts';
import type { Logger } from '../types/context.ts';
import type { ModuleDescriptor, ModuleLimits, ModuleState } from '../types/foreign.ts';
import { moduleStartError } from './errors.ts';
import type { ModuleProcess } from './module-process.ts';
import { checkHealth, readDescriptor } from './probe.ts';

/** Health checks in a row that fail before the process is replaced. */
const MAX_UNHEALTHY = 3;
/** Milliseconds that calls on an old process have to end after a swap. */
export const DRAIN_TIME = 30_000;

export interface SupervisedOptions {
  name: string;
  limits: ModuleLimits;
  /** Starts a process of a source. */
  start(source: string): Promise<ModuleProcess>;
  /** Sends the state to all processes that call the module. Resolves when none uses the old one. */
  publish(state: ModuleState): Promise<void>;
  logger: Logger;
}

/** A process that serves, with the descriptor that it started with. */
interface Instance {
  process: ModuleProcess;
  descriptor: ModuleDescriptor;
  source: string;
}

/** Checks the descriptor of a new process. Throws when it can't replace the running one. */
export type CheckDescriptor = (descriptor: ModuleDescriptor) => Promise<void>;

/** Keeps the process of one module running, and replaces it by a new one. */
export class SupervisedModule {
  readonly #options: SupervisedOptions;
  #source: string;
  #current: Instance | undefined;
  #state: ModuleState = { reason: 'it has not started yet.' };
  #failures = 0;
  #isStopped = false;
  readonly #stop = new AbortController();
  readonly #inTurn = createTurns();
  #running: Promise<void> | undefined;

  constructor(source: string, options: SupervisedOptions) {
    this.#source = source;
    this.#options = options;
  }

  get source(): string {
    return this.#source;
  }
  get state(): ModuleState {
    return this.#state;
  }
  get descriptor(): ModuleDescriptor | undefined {
    return this.#current?.descriptor;
  }
  get pid(): number | undefined {
    return this.#current?.process.pid;
  }

  /**
   * Starts the first process. A failure is logged, and the start is tried again later.
   *
   * @throws the error of the first attempt
   */
  async start(): Promise<void> {
    try {
      await this.#begin();
    } catch (error) {
      this.#running = this.#restart();
      throw error;
    }
  }

  /**
   * Starts a new process beside the running one, and moves all calls to it.
   *
   * @param source by default that of the running process, which an earlier swap may have chosen
   * @throws the reason why the running process stays
   */
  swap(source: string | undefined, check: CheckDescriptor): Promise<ModuleDescriptor> {
    return this.#inTurn(() => this.#swap(source ?? this.#source, check));
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stop.abort();
    const current = this.#current;
    this.#current = undefined;
    await current?.process.stop();
    await this.#inTurn(async () => {});
    await this.#running;
  }

  kill(): void {
    this.#isStopped = true;
    this.#current?.process.kill();
  }

  async #begin(): Promise<void> {
    const instance = await this.#open(this.#source);
    // A swap may have started a process in the meantime.
    if (this.#isStopped || this.#current !== undefined) return void (await instance.process.stop());
    this.#take(instance);
    await this.#publish({ address: instance.process.address });
  }

  /** Starts a process that responds to health checks. */
  async #open(source: string): Promise<Instance> {
    const { name, start } = this.#options;
    const process = await start(source);
    try {
      const descriptor = await readDescriptor(name, process.endpoint);
      const sick = await checkHealth(process.endpoint);
      if (sick !== undefined) throw moduleStartError(name, `it is not healthy: ${sick}.`);
      return { process, descriptor, source };
    } catch (error) {
      await process.stop();
      throw error;
    }
  }

  #take(instance: Instance): void {
    const { name, logger } = this.#options;
    this.#current = instance;
    this.#source = instance.source;
    const startedAt = performance.now();
    void instance.process.exited.then((how) => {
      if (this.#current !== instance || this.#isStopped) return;
      this.#current = undefined;
      if (performance.now() - startedAt > this.#options.limits.maxRestart) this.#failures = 0;
      logger.error('a module ended and is started again', {
        code: 'GATI_MODULE_UNAVAILABLE',
        module: name,
        reason: how,
      });
      this.#running = this.#restart();
      void this.#publish({ reason: `it ended (${how}).` });
    });
    void this.#watch(instance);
  }

  /** Replaces a process that does not respond to health checks, as after SIGSTOP. */
  async #watch(instance: Instance): Promise<void> {
    const { name, limits, logger } = this.#options;
    let failed = 0;
    while (this.#current === instance) {
      // Without the signal, since its listeners would add up over many swaps.
      await sleep(limits.health, undefined, { ref: false });
      if (this.#current !== instance) return;
      const sick = await checkHealth(instance.process.endpoint);
      failed = sick === undefined ? 0 : failed + 1;
      if (failed < MAX_UNHEALTHY || this.#current !== instance) continue;
      logger.error('a module is not healthy and is replaced', {
        code: 'GATI_MODULE_UNAVAILABLE',
        module: name,
        reason: sick,
      });
      instance.process.kill();
      return;
    }
  }

  async #restart(): Promise<void> {
    const { name, limits, logger } = this.#options;
    const { signal } = this.#stop;
    while (!this.#isStopped) {
      const pause = Math.min(limits.restart * 2 ** this.#failures++, limits.maxRestart);
      await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined);
      // A swap may have started a process in between.
      if (this.#isStopped || this.#current !== undefined) return;
      try {
        return await this.#begin();
      } catch (error) {
        logger.error('a module could not be started', {
          code: 'GATI_MODULE_START',
          module: name,
          error,
        });
        // A swap may have started a process during the attempt.
        if (this.#current !== undefined) return;
        void this.#publish({ reason: (error as Error).message });
      }
    }
  }

  async #swap(source: string, check: CheckDescriptor): Promise<ModuleDescriptor> {
    const { name, logger } = this.#options;
    const next = await this.#open(source);
    try {
      await check(next.descriptor);
      if (this.#isStopped) throw moduleStartError(name, 'the server stops.');
    } catch (error) {
      await next.process.stop();
      throw error;
    }
    const old = this.#current;
    this.#failures = 0;
    this.#take(next);
    const moved = this.#publish({ address: next.process.address });
    const { version } = next.descriptor;
    logger.info('a module was swapped', { module: name, version, source });
    if (old) {
      await Promise.race([moved, sleep(DRAIN_TIME, undefined, { ref: false })]);
      await old.process.stop();
    }
    return next.descriptor;
  }

  async #publish(state: ModuleState): Promise<void> {
    this.#state = state;
    await this.#options.publish(state);
  }
}
