import type { LimitCounts } from '../../telemetry/record/limit-counts.ts';
import type { Limits } from '../../types/limits.ts';
import type { CrashCause, CrashCounts } from '../../telemetry/record/crash-counts.ts';
import type { Logger } from '../../types/context.ts';
import type { LogLevel } from '../../types/log-level.ts';
import { heartbeatRule } from '../channel/heartbeat.ts';
import type { ServerMetrics } from '../../telemetry/export/server-metrics.ts';
import type { MessageToSupervisor } from '../channel/messages.ts';
import type { ServerEnv } from '../env.ts';
import type { ServerModules } from '../options.ts';
import type { SupervisedModules } from './modules.ts';
import type { PublishRelay } from './publish-relay.ts';
import type { RollOuts } from './roll-outs.ts';
import type { Telemetry } from './telemetry.ts';
import type { Scraper } from './scraper.ts';
import type { Operations } from './operations.ts';
import type { SettingOverrides } from '../../config/runtime-settings.ts';
import { WorkerPool } from './worker-pool.ts';
import type { WorkerProcess } from './worker-process.ts';

/** The workers of the server: one pool for HTTP, one for jobs. Handles what they send. */
export class WorkerPools {
  readonly http: WorkerPool;
  /**
   * Runs jobs in a separate process, so that requests don't wait for jobs, nor jobs for requests.
   */
  readonly #effects: WorkerPool;
  /** Absent if the app has no modules outside of its process. */
  #modules: SupervisedModules | undefined;
  /** Absent if nothing is collected. */
  readonly #telemetry: Telemetry | undefined;
  readonly #logger: Logger;
  readonly #crashes: CrashCounts = {};
  /** Settings that a person has changed. */
  #overrides: SettingOverrides = {};
  /** Loaded by the first order, since many servers have none. */
  #operations: Promise<Operations> | undefined;
  readonly #initial: number;
  /** Loaded by the first scrape, since many servers have none. */
  #scraper: Promise<Scraper> | undefined;
  readonly #limits: Limits;
  readonly #limitCounts: LimitCounts;
  #relay: Promise<PublishRelay> | undefined;
  /** Loaded when the first worker follows a release store. */
  #rollOuts: Promise<RollOuts> | undefined;
  #stopRollOuts = (): void => {};
  #isServing = false;
  /** A worker opened a queue that the effects pool has to run. */
  #hasQueue = false;

  constructor(
    env: Pick<ServerEnv, 'workers' | 'role' | 'drain' | 'heartbeatTimeout' | 'startTimeout'>,
    logger: Logger,
    limits: Limits,
    limitCounts: LimitCounts,
    telemetry?: Telemetry,
  ) {
    this.#telemetry = telemetry;
    this.#initial = env.workers;
    this.#logger = logger;
    this.#limits = limits;
    this.#limitCounts = limitCounts;
    const common = {
      drain: env.drain,
      ...(telemetry && { env: telemetry.env }),
      backlog: limits.backlog,
      onDrop: () => limitCounts.report('backlog'),
      onCrash: (cause: CrashCause) => {
        this.#crashes[cause] = (this.#crashes[cause] ?? 0) + 1;
      },
      startTimeout: env.startTimeout,
      logger,
      onMessage: (worker: WorkerProcess, message: MessageToSupervisor) =>
        this.#receive(worker, message),
      onReady: (worker: WorkerProcess) => {
        worker.send({ gati: 'release-stdout' });
        if (Object.keys(this.#overrides).length > 0) this.#sendOverrides(worker);
      },
    };
    this.http = new WorkerPool({
      size: env.workers,
      heartbeat: heartbeatRule(env, 'more'),
      ...common,
    });
    // The roles `core` and `routes` only enqueue; the HTTP workers of `worker` run the jobs.
    const size = env.role === 'all' ? 1 : 0;
    this.#effects = new WorkerPool({
      size,
      kind: 'effects',
      heartbeat: heartbeatRule(env, 'effects'),
      ...common,
    });
  }

  /**
   * Resolves when the first HTTP worker serves, after `onReady`. The effects pool starts after it.
   * Rejects when that worker can't start.
   */
  async start(onReady: () => void): Promise<void> {
    await this.http.start(onReady);
    this.#isServing = true;
    this.#telemetry?.start();
    if (this.#hasQueue) this.#effects.startInBackground();
  }

  /** Starts the processes of the app's modules. Workers need not wait for them. */
  async superviseModules(
    modules: ServerModules,
    servers: ReadonlyMap<string, URL> | undefined,
  ): Promise<void> {
    const { SupervisedModules: Supervised } = await import('./modules.ts');
    this.#modules = new Supervised({
      ...modules,
      servers,
      logger: this.#logger,
      workers: () => this.http.workers.filter(({ state }) => state === 'ready'),
    });
  }

  /** Replaces all workers. Resolves to the reason why a new one could not start, if any. */
  async roll(): Promise<string | undefined> {
    const reasons = await Promise.all(this.#all().map((pool) => pool.roll()));
    return reasons.find((reason) => reason !== undefined);
  }

  /** Log level that a person has set. */
  get logLevel(): LogLevel | undefined {
    return this.#overrides.GATI_LOG_LEVEL as LogLevel | undefined;
  }

  /** Resolves when all workers have exited. */
  async stop(): Promise<void> {
    this.#stopRollOuts();
    await Promise.all(this.#all().map((pool) => pool.stop()));
    await this.#modules?.stop();
    await this.#telemetry?.stop();
  }

  kill(): void {
    this.#stopRollOuts();
    for (const pool of this.#all()) pool.kill();
    this.#modules?.kill();
    this.#telemetry?.kill();
  }

  /** Returns the metrics of all workers. */
  async collectMetrics(): Promise<ServerMetrics> {
    return (await this.#openScraper()).collect(this.#measured());
  }

  /** Receives what the collector sends. */
  onCollector(worker: WorkerProcess, message: MessageToSupervisor): void {
    if (message.gati !== 'operate') return this.onMetrics(worker, message);
    this.#operations ??= this.#loadOperations();
    void this.#operations.then((operations) => operations.receive(worker, message));
  }

  async #loadOperations(): Promise<Operations> {
    const { createOperations } = await import('./operations.ts');
    return createOperations({
      pool: this.http,
      initial: this.#initial,
      rollAll: () => this.roll(),
      setOverrides: (overrides) => {
        this.#overrides = overrides;
        for (const worker of this.#workers()) this.#sendOverrides(worker);
      },
      logger: this.#logger,
    });
  }

  #sendOverrides(worker: WorkerProcess): void {
    worker.send({ gati: 'settings', overrides: this.#overrides });
  }

  /** Receives what a process sends about metrics. */
  onMetrics(worker: WorkerProcess, message: MessageToSupervisor): void {
    void this.#openScraper().then((scraper) =>
      scraper.onMessage(this.#measured(), worker, message),
    );
  }

  #openScraper(): Promise<Scraper> {
    return (this.#scraper ??= import('./scraper.ts').then(({ createScraper }) =>
      createScraper(this.#limitCounts.counts, this.#crashes),
    ));
  }

  #measured(): WorkerProcess[] {
    return [...this.#workers(), ...(this.#telemetry?.workers() ?? [])];
  }

  #all(): WorkerPool[] {
    return [this.http, this.#effects];
  }

  #receive(worker: WorkerProcess, message: MessageToSupervisor): void {
    if (message.gati === 'too-many-releases') {
      void (this.http.workers.includes(worker) ? this.http : this.#effects).roll();
    } else if (message.gati === 'queue-opened') {
      this.#hasQueue = true;
      if (this.#isServing) this.#effects.startInBackground();
    } else if (message.gati === 'publish') {
      // Most servers publish nothing, so the relay loads late. One promise keeps the order.
      this.#relay ??= import('./publish-relay.ts').then(({ createPublishRelay }) =>
        createPublishRelay(this.#logger, this.#limits.publishQueue, this.#limitCounts),
      );
      void this.#relay.then((relay) => relay(this.http.workers, worker, message));
    } else if (message.gati === 'release-wanted' || message.gati === 'release-taken') {
      this.#rollOuts ??= this.#loadRollOuts();
      void this.#rollOuts.then((rollOuts) => rollOuts.receive(worker, message));
    } else if (message.gati === 'draining') {
      const how = message.reason ?? 'uncaught error';
      void this.#rollOuts?.then((rollOuts) => rollOuts.onDeath(worker, how));
    } else if (
      message.gati === 'module-wanted' ||
      message.gati === 'module-moved' ||
      message.gati === 'module-checked'
    ) {
      this.#modules?.receive(worker, message);
    } else if (message.gati === 'request-metrics' || message.gati === 'worker-metrics') {
      this.onMetrics(worker, message);
    }
  }

  #workers(): WorkerProcess[] {
    return this.#all().flatMap((pool) => pool.workers);
  }

  async #loadRollOuts(): Promise<RollOuts> {
    const { RollOuts } = await import('./roll-outs.ts');
    const rollOuts = new RollOuts({
      workers: () => this.#workers().filter(({ state }) => state === 'ready'),
      isJobWorker: (worker) => this.#effects.workers.includes(worker),
      logger: this.#logger,
    });
    this.#stopRollOuts = () => rollOuts.stop();
    return rollOuts;
  }
}
