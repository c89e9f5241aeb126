import {
  ALL_QUEUES,
  dataFolder,
  defaultQueueUrl,
  loggedQueueSettings,
  openQueue,
} from '@gati/runtime-h3/internal';
import type { Logger } from '@gati/runtime-h3';
import type { QueueDriver } from '@gati/runtime-h3/effects/inspect';

/** The queue of effects in development. The app and the panel use the same one. */
export interface DevQueue {
  /** Opens the queue at the first call. */
  open(): Promise<QueueDriver>;
  close(): Promise<void>;
}

export function createDevQueue(env: Record<string, string | undefined>, logger: Logger): DevQueue {
  let opened: Promise<QueueDriver> | undefined;
  return {
    open: () =>
      (opened ??= openQueue(
        env['GATI_EFFECTS'] || defaultQueueUrl(dataFolder('development')),
        ALL_QUEUES,
        loggedQueueSettings(logger),
      ).catch((error: unknown) => {
        // The next use tries again.
        opened = undefined;
        throw error;
      })),
    async close() {
      await (await opened?.catch(() => undefined))?.close();
    },
  };
}
