import { isRunnable } from '@gati/contract';
import type { ReleaseEffects } from '../../effects/engine/job-release.ts';
import type { Queues } from '../../effects/drivers/queue-opener.ts';
import { runCurrentRelease } from '../../effects/engine/current-release.ts';
import type { ProcessEffects } from '../../global-context/create-global-context.ts';
import { dataFolder } from '../../data/data-folder.ts';
import type { Logger } from '../../types/context.ts';
import type { QueueDriver, QueueStats } from '../../ports.ts';
import type { ReleaseSource } from './release-source.ts';

export interface WorkerEffectsOptions {
  /** This process is there to run effects. Others run them only where nobody else can: from a queue in their own memory. */
  runs: boolean;
  /** `GATI_EFFECTS` */
  url: string | undefined;
  queues: Queues | undefined;
  logger: Logger;
  /** A queue that this process does not run is open: some process must. */
  onQueue(): void;
}

export interface WorkerEffects extends ProcessEffects {
  /** Begins to run what is queued, if this process does. */
  start(host: ReleaseSource): void;
  /** Of the queue that this process runs, if any, and if it counts. */
  stats(): Promise<{ jobs: QueueStats; shared: boolean } | undefined>;
  /** Takes nothing more and lets what runs end, for so many milliseconds. */
  stop(within: number): Promise<void>;
  /** Once nothing enqueues any more. */
  close(): Promise<void>;
}

/** The effects of one worker: one queue for all releases, whose jobs the current one takes and passes on. */
export function createWorkerEffects({
  runs,
  url,
  queues,
  logger,
  onQueue,
}: WorkerEffectsOptions): WorkerEffects {
  let opening: Promise<QueueDriver> | undefined;
  let driver: QueueDriver | undefined;
  let host: ReleaseSource | undefined;
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
    begin();
    return driver;
  };

  const begin = (): void => {
    const from = host;
    if (!driver || !from || runner || (!runs && driver.caps.shared)) return;
    runner = runCurrentRelease({
      version: () => from.currentVersion,
      engine: async () => (await from.current()).effects,
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
      const release = host?.releases().list.find((one) => one.version === version);
      if (!host || !release || !isRunnable(release.status)) return undefined;
      const bundle = await release.bundle();
      const gctx = await host.context(bundle);
      return {
        effects: () => bundle.effects,
        $defs: () => bundle.contract.$defs,
        gctx: () => gctx,
      };
    },

    // Nothing runs before the releases are known.
    currentVersion: () => host!.currentVersion,

    migrate: async (effect, payload, from) => host?.migratePayload(effect, payload, from),

    start(from) {
      host = from;
      begin();
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
