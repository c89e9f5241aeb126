import { createRunnableDevEnvironment, type Plugin } from 'vite';
import type { PluginContext } from './context.ts';

/** The one Vite environment that runs the backend. */
export const ENVIRONMENT = 'gati';

/** Adds the environment, finds the project, lets go of it when the server or the build ends. */
export function environmentPlugin(context: PluginContext): Plugin {
  return {
    name: 'gati:environment',
    // One instance sees client and backend; without it a build would analyse twice.
    sharedDuringBuild: true,
    // The command line works with the same project.
    api: context,
    config(): ReturnType<Extract<Plugin['config'], (...args: never[]) => unknown>> {
      return {
        environments: {
          [ENVIRONMENT]: {
            consumer: 'server',
            resolve: { noExternal: [/^vite-plugin-gati/, '@gati/runtime-h3/test'] },
            dev: {
              createEnvironment: (name, config) =>
                createRunnableDevEnvironment(name, config, { runnerOptions: { hmr: { logger: false } } }),
            },
          },
        },
        server: { watch: { ignored: ['**/.gati/**', '**/dist/**'] } },
      };
    },
    configResolved(config) {
      context.open(config.root);
    },
    configureServer: {
      order: 'pre',
      handler(server) {
        const close = server.close.bind(server);
        server.close = async () => {
          await close();
          await context.close();
        };
      },
    },
  };
}
