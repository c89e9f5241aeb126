import type { ProcessList, SettingDiff, SettingList } from '../../api/node.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { compareSettings, describeNodeSettings, parseChanges } from '../node/describe-settings.ts';

/** The effective settings of the server and the source of each. */
export const config: Endpoint = defineEndpoint(
  'config',
  [],
  async (context): Promise<SettingList> => ({
    settings: await describeNodeSettings(context),
    canChange: context.ports.operator?.operate !== undefined && context.ports.state !== undefined,
  }),
);

/** The difference that a change of settings would make. */
export const configDiff: Endpoint = defineEndpoint(
  'config/diff',
  ['changes'],
  async (context, { changes }): Promise<SettingDiff> => ({
    changes: compareSettings(await describeNodeSettings(context), parseChanges(changes)),
  }),
);

/** The processes of this node, measured now. */
export const scaling: Endpoint = defineEndpoint(
  'scaling',
  [],
  async ({ ports }): Promise<ProcessList> => {
    const [measured, workers] = await Promise.all([
      ports.operator?.measure().catch(() => undefined),
      ports.operator?.operate?.({ do: 'report' }).catch(() => undefined),
    ]);
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
      ...(workers && { workers }),
      crashes,
      inflight,
    };
  },
);
