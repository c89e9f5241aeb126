import { openReleaseStore, type ReleaseStore } from '@gati/runtime-h3/releases';
import type { PanelPorts, Schedule } from '@gati/devtools/server';
import type { DevApp } from '../dev-app.ts';
import { locateStore } from '../../releases/locate-store.ts';
import type { DevQueue } from '../dev-queue.ts';

/** Gives the panel what the development server has open. */
export function createPanelPorts({
  root,
  devApp,
  queue,
}: {
  root: string;
  devApp: DevApp;
  queue: DevQueue;
}): PanelPorts {
  let store: Promise<ReleaseStore> | undefined;
  return {
    queue: {
      open: () => queue.open(),
      schedules: () => readSchedules(devApp),
      // The context runs the jobs.
      wake: async () => void (await devApp.context(devApp.release())),
    },
    releases: {
      open: () =>
        (store ??= openReleaseStore(locateStore(root).url).catch((error: unknown) => {
          store = undefined;
          throw error;
        })),
    },
  };
}

async function readSchedules(devApp: DevApp): Promise<Record<string, Schedule>> {
  const entries = await Promise.all(
    Object.entries(devApp.release().effects).map(async ([name, { load }]) => {
      // The terminal shows why a file can't be loaded.
      const file = await Promise.resolve()
        .then(load)
        .catch(() => undefined);
      if (file?.schedule === undefined) return [];
      const { schedule, timezone } = file;
      return [[name, { schedule, ...(timezone !== undefined && { timezone }) }] as const];
    }),
  );
  return Object.fromEntries(entries.flat());
}
