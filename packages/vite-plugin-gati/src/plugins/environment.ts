import path from 'node:path';
import {
  createRunnableDevEnvironment,
  normalizePath,
  type Plugin,
  type ResolveOptions,
} from 'vite';
import type { PluginContext } from '../context.ts';
import { ENVIRONMENT } from '../environment-name.ts';
import { createRunner } from '../dev/module-runner.ts';

/** Adds the Vite environment of the backend and opens the context. Its `api` is that context. */
export function environmentPlugin(context: PluginContext): Plugin {
  return {
    name: 'gati:environment',
    // One instance for client and server. Otherwise a build would analyse the app twice.
    sharedDuringBuild: true,
    // Lets the command line use the same project.
    api: context,
    config(user): ReturnType<Extract<Plugin['config'], (...args: never[]) => unknown>> {
      return {
        environments: {
          [ENVIRONMENT]: {
            consumer: 'server',
            // The contract follows `paths` of `tsconfig.json`, so the code must too.
            // Relies on: `tsconfigPaths` of an environment, which only the type of the top level has.
            resolve: {
              tsconfigPaths: true,
              // `ssr` applies to Vite's own environment, but users mean the server code of the app.
              noExternal: user.ssr?.noExternal === true || [
                /^vite-plugin-gati/,
                '@gati/runtime-h3/test',
                ...toList(user.ssr?.noExternal),
              ],
            } as ResolveOptions,
            dev: {
              createEnvironment: (name, config) =>
                createRunnableDevEnvironment(name, config, {
                  runner: createRunner,
                  runnerOptions: { hmr: { logger: false } },
                }),
            },
          },
        },
        server: {
          watch: { ignored: [isOutput(path.resolve(user.root ?? '.'))] },
          fs: { deny: [...(user.server?.fs?.deny ? [] : VITE_DENY), ...DATA] },
        },
      };
    },
    configResolved(config) {
      context.open(config.root);
    },
  };
}

const toList = <T>(value: T | T[] | undefined): T[] =>
  value === undefined ? [] : ([value].flat() as T[]);

/** Vite's own default, which a list of a plugin replaces. */
const VITE_DENY = [
  '.env',
  '.env.*',
  '*.{crt,pem,key,p12,pfx,cer,der}',
  '.npmrc',
  '.yarnrc.yml',
  '**/.git/**',
];
/**
 * Data that the server stores below `.gati`: databases, files, releases. Pages import the other
 * files there.
 */
const DATA = ['**/.gati/!(generated|types|*.json)', '**/.gati/!(generated|types|*.json)/**'];

/**
 * Matches what Gati and builds write below the root. A glob pattern would also match an app that is
 * itself inside some other `dist`.
 */
function isOutput(root: string): (file: string) => boolean {
  return (file) => /^(?:\.gati|dist)(?:\/|$)/.test(normalizePath(path.relative(root, file)));
}
