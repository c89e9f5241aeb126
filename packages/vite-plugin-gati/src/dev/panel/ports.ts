import type { PanelPorts, Schedule } from '@gati/devtools/server';
import type { DevApp } from '../dev-app.ts';
import type { DevQueue } from '../dev-queue.ts';

/** Gives the panel what the development server has open. */
export function createPanelPorts({
  devApp,
  queue,
}: {
  devApp: DevApp;
  queue: DevQueue;
}): PanelPorts {
  return {
    queue: {
      open: () => queue.open(),
      schedules: () => readSchedules(devApp),
      // The context runs the jobs.
      wake: async () => void (await devApp.context(devApp.release())),
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
