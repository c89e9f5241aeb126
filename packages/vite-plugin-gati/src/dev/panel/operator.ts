import path from 'node:path';
import type { ClusterOperator } from '@gati/devtools/server';
import {
  createProcessMetrics,
  dataFolder,
  defaultQueueUrl,
  describeSettings,
} from '@gati/runtime-h3/internal';
import { locateStore } from '../../releases/locate-store.ts';
import type { DevApp } from '../dev-app.ts';
import { DEFAULT_SAMPLER, DEFAULT_STORE } from './dev-telemetry.ts';

/** Creates the operator for the process of Vite, which runs the app in development. */
export function createDevOperator(
  devApp: DevApp,
  { root, env }: { root: string; env: Record<string, string | undefined> },
): ClusterOperator {
  const read = createProcessMetrics('supervisor');
  const folder = path.relative(root, dataFolder('development') ?? '');
  return {
    measure: async () => ({
      processes: [{ ...read(), kind: 'development server' }],
      crashes: {},
      inflight: 0,
    }),
    health: () => devApp.health(),
    settings: async () =>
      describeSettings({
        env,
        shell: process.env,
        defaults: {
          GATI_DATABASE: `sqlite:${path.posix.join(folder, 'data.db')}`,
          GATI_EFFECTS: defaultQueueUrl(folder),
          GATI_RELEASES: path.relative(root, locateStore(root).url),
          GATI_PANEL: 'on',
          GATI_TELEMETRY: DEFAULT_STORE,
          GATI_CAPTURE: 'on',
          OTEL_TRACES_SAMPLER: DEFAULT_SAMPLER,
        },
      }),
  };
}
