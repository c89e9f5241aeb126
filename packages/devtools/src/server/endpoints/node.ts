import type { ProcessList, SettingList } from '../../api/node.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';

/** The effective settings of the server and the source of each. */
export const config: Endpoint = defineEndpoint(
  'config',
  [],
  async ({ ports }): Promise<SettingList> => ({
    settings: (await ports.operator?.settings()) ?? [],
  }),
);

/** The processes of this node, measured now. */
export const scaling: Endpoint = defineEndpoint(
  'scaling',
  [],
  async ({ ports }): Promise<ProcessList> => {
    const measured = await ports.operator?.measure().catch(() => undefined);
    if (!measured) return { crashes: {}, inflight: 0 };
    const { processes, crashes, inflight } = measured;
    return {
      processes: processes
        .map(({ start, loopDelay, ...each }) => ({
          ...each,
          startedAt: Math.round(start * 1000),
          loopDelay: Math.round(loopDelay * 1e6),
        }))
        .sort((a, b) => a.startedAt - b.startedAt),
      crashes,
      inflight,
    };
  },
);
