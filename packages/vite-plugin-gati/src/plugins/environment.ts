import path from 'node:path';
import { createRunnableDevEnvironment, normalizePath, type Plugin } from 'vite';
import type { PluginContext } from '../context.ts';
import { ENVIRONMENT } from '../environment-name.ts';
import { createRunner } from '../dev/runner.ts';

/** Adds the environment and tells the context where the app is. Its `api` is that context. */
export function environmentPlugin(context: PluginContext): Plugin {
  return {
    name: 'gati:environment',
    // One instance sees client and backend; without it a build would analyse twice.
    sharedDuringBuild: true,
    // The command line works with the same project.
    api: context,
    config(user): ReturnType<Extract<Plugin['config'], (...args: never[]) => unknown>> {
      return {
        environments: {
          [ENVIRONMENT]: {
            consumer: 'server',
            resolve: { noExternal: [/^vite-plugin-gati/, '@gati/runtime-h3/test'] },
            dev: {
              createEnvironment: (name, config) =>
                createRunnableDevEnvironment(name, config, {
                  runner: createRunner,
                  runnerOptions: { hmr: { logger: false } },
                }),
            },
          },
        },
        server: { watch: { ignored: [isOutput(path.resolve(user.root ?? '.'))] } },
        // In Vitest, `testApp` imports the app's own release, which only Vite can make.
        ...(process.env.VITEST && {
          test: { server: { deps: { inline: [/\/@gati\/runtime-h3\//] } } },
        }),
      };
    },
    configResolved(config) {
      context.open(config.root);
    },
  };
}

/** What Gati and builds write below the root. A pattern would also meet an app that lives below some other `dist`. */
function isOutput(root: string): (file: string) => boolean {
  return (file) => /^(?:\.gati|dist)(?:\/|$)/.test(normalizePath(path.relative(root, file)));
}
