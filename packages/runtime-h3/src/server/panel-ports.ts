import { fileURLToPath } from 'node:url';
import { dataFolder } from '../data/data-folder.ts';
import type { Queues } from '../effects/drivers/queue-opener.ts';
import type { Logger } from '../types/context.ts';
import type { PanelHost } from '../types/panel-module.ts';
import type { ServerModules } from './options.ts';

/**
 * Opens the queue, the release store and the modules for the pages of the panel. The workers use
 * the same queue, store and modules. Each is opened when a page first needs it.
 *
 * @param queues drivers of the build. Absent: the app has no effects.
 * @param modules absent: the app has no modules outside of its process
 */
export function createPanelPorts(
  queues: Queues | undefined,
  modules: ServerModules | undefined,
  logger: Logger,
): Pick<PanelHost, 'queue' | 'releases' | 'modules'> {
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
    ...(modules && { modules: createModules(modules) }),
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

function createModules({ load, root, list }: ServerModules): PanelHost['modules'] {
  const open = once(async () => (await load()).createModulesPort(fileURLToPath(root), () => list));
  return {
    list: async () => (await open()).list(),
    swap: async (name) => (await open()).swap(name),
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
