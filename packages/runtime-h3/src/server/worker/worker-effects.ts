import { isRunnable } from '@gati/contract';
import { dataFolder } from '../../data/data-folder.ts';
import type { Queues } from '../../effects/drivers/queue-opener.ts';
import { runCurrentRelease } from '../../effects/engine/current-release.ts';
import type { ReleaseEffects } from '../../effects/engine/job-release.ts';
import type { ProcessEffects } from '../../global-context/create-global-context.ts';
import type { QueueDriver, QueueStats } from '../../ports.ts';
import type { Logger } from '../../types/context.ts';
import type { ReleaseSource } from './release-source.ts';

export interface WorkerEffectsOptions {
  /**
   * Whether this process runs the jobs of a shared queue. Every process runs the jobs of a queue in
   * its own memory, since no other process can.
   */
  runs: boolean;
  /** Returns the maximum number of running jobs of an effect that a person has set. */
  limitOf?(effect: string): number | undefined;
  /** `GATI_EFFECTS` */
  url: string | undefined;
  queues: Queues | undefined;
  logger: Logger;
  /** Called when the queue is open and this process does not run its jobs: another one has to. */
  onQueue(): void;
}

export interface WorkerEffects extends ProcessEffects {
  /** Starts to run jobs, if this process does, now that its releases are known. */
  start(source: ReleaseSource): void;
  /** Returns the stats of the queue whose jobs this process runs, if the queue counts its jobs. */
  stats(): Promise<{ jobs: QueueStats; shared: boolean } | undefined>;
  /** Claims no more jobs, and waits at most `within` milliseconds for those that run. */
  stop(within: number): Promise<void>;
  /** Closes the queue. Call it when no code can enqueue any more. */
  close(): Promise<void>;
}

/**
 * Creates the effects of one worker: one queue for all releases. The current release claims the
 * jobs, and each job runs on the release that enqueued it.
 */
export function createWorkerEffects({
  runs,
  limitOf,
  url,
  queues,
  logger,
  onQueue,
}: WorkerEffectsOptions): WorkerEffects {
  let opening: Promise<QueueDriver> | undefined;
  let driver: QueueDriver | undefined;
  let source: ReleaseSource | undefined;
  let runner: ReturnType<typeof runCurrentRelease> | undefined;

  const open = async (): Promise<QueueDriver> => {
    const { openQueue, defaultQueueUrl, loggedQueueSettings } =
      await import('../../effects/drivers/open.ts');
    driver = await openQueue(
      url || defaultQueueUrl(dataFolder('production')),
      queues,
      loggedQueueSettings(logger),
    );
    if (!runs && driver.caps.shared) onQueue();
    runJobs();
    return driver;
  };

  /**
   * Called when the queue is open and when the releases are known; runs the jobs at the second
   * call.
   */
  const runJobs = (): void => {
    const releases = source;
    if (!driver || !releases || runner || (!runs && driver.caps.shared)) return;
    runner = runCurrentRelease({
      version: () => releases.currentVersion,
      engine: async () => (await releases.current()).effects,
      logger,
    });
  };

  return {
    queue: () =>
      (opening ??= open().catch((error: unknown) => {
        // The next use tries again.
        opening = undefined;
        throw error;
      })),

    async releaseOf(version): Promise<ReleaseEffects | undefined> {
      const release = source?.releases().list.find((one) => one.version === version);
      // It has not passed its proof here, but other servers may run it.
      if (release?.status === 'staged') throw new Error('it does not run on this server');
      if (!source || !release || !isRunnable(release.status)) return undefined;
      const bundle = await release.bundle();
      const gctx = await source.context(bundle);
      return {
        effects: () => bundle.effects,
        $defs: () => bundle.contract.$defs,
        schemas: (name) => bundle.contract.effects.find((effect) => effect.name === name),
        gctx: () => gctx,
      };
    },

    ...(limitOf && { limitOf }),

    // No job runs before `start()`.
    currentVersion: () => source!.currentVersion,

    migrate: async (effect, payload, from) => source?.migratePayload(effect, payload, from),

    start(releases) {
      source = releases;
      runJobs();
    },

    async stats() {
      const jobs = runner && (await driver?.stats());
      return jobs && { jobs, shared: driver!.caps.shared };
    },

    stop: async (within) => runner?.stop(within),

    async close() {
      await opening?.catch(() => undefined);
      await driver?.close();
    },
  };
}
