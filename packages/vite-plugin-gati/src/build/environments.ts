import path from 'node:path';
import type { BuildEnvironmentOptions, EnvironmentOptions, UserConfig } from 'vite';
import { SERVER_ENTRIES, startChunk } from './start-chunks.ts';

/** Folders below the output folder. The server finds the client at `../client`. */
export const CLIENT_DIR = 'client';
export const SERVER_DIR = 'server';
/** Lowest version of Node that a built server runs on. */
export const NODE_TARGET = 'node20.19';
/** Folder of the server's files that are not code. */
export const SERVER_FILES = 'files';

/**
 * Returns the environments of an app's build. The client keeps its options, except for the folder.
 */
export function buildEnvironments(user: UserConfig): Record<string, EnvironmentOptions> {
  const outDir = user.build?.outDir ?? 'dist';
  return {
    client: { build: { outDir: path.join(outDir, CLIENT_DIR) } },
    gati: {
      resolve: { noExternal: true },
      define: { 'process.env.NODE_ENV': '"production"' },
      build: { outDir: path.join(outDir, SERVER_DIR) },
    },
  };
}

/**
 * Returns the build options of the server. They replace those that the environment inherited from
 * `build`, whose inputs, library mode and chunks are meant for the client.
 *
 * @param shared the inherited options
 * @param own `environments.gati.build` of the user's config
 */
export function serverBuildOptions(
  shared: BuildEnvironmentOptions,
  own: BuildEnvironmentOptions = {},
): BuildEnvironmentOptions {
  const minify = own.minify ?? shared.minify;
  return {
    outDir: shared.outDir,
    emptyOutDir: shared.emptyOutDir,
    // Without a setting, the server's log still names places in the source; see `source-maps.ts`.
    sourcemap: own.sourcemap ?? shared.sourcemap ?? 'hidden',
    write: shared.write,
    watch: shared.watch,
    target: own.target ?? NODE_TARGET,
    copyPublicDir: false,
    // The same folder as in the client, so that an asset has the same address in both.
    assetsDir: shared.assetsDir,
    assetsInlineLimit: shared.assetsInlineLimit,
    emitAssets: true,
    reportCompressedSize: false,
    modulePreload: false,
    minify: minify === false ? false : 'oxc',
    rolldownOptions: {
      input: SERVER_ENTRIES,
      platform: 'node',
      // Plugin timings depend on the load of the machine, not on the app.
      checks: { pluginTimings: false },
      output: {
        format: 'esm',
        // Other entries are modules of worker threads.
        entryFileNames: ({ name }) =>
          name === 'index' || name === 'release' ? '[name].mjs' : 'chunks/[name]-[hash].mjs',
        chunkFileNames: 'chunks/[name]-[hash].mjs',
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [{ name: startChunk }],
        },
        // Code logs and matches class names of errors, so they must be the same as in development.
        ...(minify !== false && {
          minify: {
            compress: { keepNames: { function: false, class: true } },
            mangle: { keepNames: { function: false, class: true } },
            codegen: { removeWhitespace: true },
          },
        }),
      },
    },
  };
}
