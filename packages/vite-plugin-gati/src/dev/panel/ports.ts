import type { Diagnostic } from '@gati/contract';
import { openReleaseStore, type ReleaseStore } from '@gati/runtime-h3/releases';
import { createModulesPort } from '@gati/runtime-h3/modules/host';
import type { PanelPorts } from '@gati/devtools/server';
import type { DevApp } from '../dev-app.ts';
import { createDevOperator } from './operator.ts';
import { locateStore } from '../../releases/locate-store.ts';
import type { DevQueue } from '../dev-queue.ts';
import type { DeclaredModule } from '../../foreign/module-options.ts';

/** Gives the panel access to the queue of the development server. */
export function createPanelPorts({
  root,
  env,
  devApp,
  queue,
  declared,
  diagnostics,
}: {
  root: string;
  env: Record<string, string | undefined>;
  devApp: DevApp;
  queue: DevQueue;
  /** The modules outside of the app's process that are declared now. */
  declared(): readonly DeclaredModule[];
  /** The current diagnostics of the sources. */
  diagnostics(): readonly Diagnostic[];
}): PanelPorts {
  let store: Promise<ReleaseStore> | undefined;
  return {
    queue: {
      open: () => queue.open(),
      // The context runs the jobs.
      wake: async () => void (await devApp.context(devApp.release())),
    },
    app: {
      // The panel and the app are on the same server.
      address: ({ socket }) => ({
        host: socket.localAddress?.replace(/^::ffff:/, '') ?? '127.0.0.1',
        port: socket.localPort ?? 0,
        isSecure: 'encrypted' in socket,
      }),
    },
    diagnostics,
    operator: createDevOperator(devApp, { root, env }),
    modules: createModulesPort(root, declared),
    releases: {
      open: () =>
        (store ??= openReleaseStore(locateStore(root).url).catch((error: unknown) => {
          store = undefined;
          throw error;
        })),
    },
  };
}
