import { dataFolder } from '../data/data-folder.ts';
import type { Queues } from '../effects/drivers/queue-opener.ts';
import type { Logger } from '../types/context.ts';
import type { PanelHost } from '../types/panel-module.ts';

/**
 * Opens the queue and the release store for the pages of the panel. The workers use the same ones.
 * Each is opened when a page first needs it.
 *
 * @param queues drivers of the build. Absent: the app has no effects.
 */
export function createPanelPorts(
  queues: Queues | undefined,
  logger: Logger,
): Pick<PanelHost, 'queue' | 'releases'> {
  const { GATI_EFFECTS: queue, GATI_RELEASES: releases } = process.env;
  return {
    ...(queues !== undefined &&
      queue !== 'memory:' && {
        queue: {
          open: once(async () => {
            const { defaultQueueUrl, loggedQueueSettings, openQueue } =
              await import('../effects/drivers/open.ts');
            const url = queue || defaultQueueUrl(dataFolder('production'));
            return openQueue(url, queues, loggedQueueSettings(logger));
          }),
        },
      }),
    ...(releases && {
      releases: {
        open: once(async () => {
          const { openReleaseStore } = await import('../releases/store/open-store.ts');
          return openReleaseStore(releases);
        }),
      },
    }),
  };
}

/** Calls `open` once. After a failure the next call tries again. */
function once<Value>(open: () => Promise<Value>): () => Promise<Value> {
  let opened: Promise<Value> | undefined;
  return () =>
    (opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    }));
}
