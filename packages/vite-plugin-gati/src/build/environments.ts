import path from 'node:path';
import type { BuildEnvironmentOptions, EnvironmentOptions, UserConfig } from 'vite';

/** Where things stand below the output folder. The server finds the client at `../client`. */
const CLIENT_DIR = 'client';
export const SERVER_DIR = 'server';

/** The environments of an app's build. The client keeps all of its own options but the folder. */
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
 * Build options of the server. They replace what the environment took over from the client's `build`:
 * its inputs, its library mode or its chunks mean nothing here.
 */
export function serverBuild(
  shared: BuildEnvironmentOptions,
  own: BuildEnvironmentOptions = {},
): BuildEnvironmentOptions {
  const minify = own.minify ?? shared.minify;
  return {
    outDir: shared.outDir,
    emptyOutDir: shared.emptyOutDir,
    sourcemap: own.sourcemap ?? shared.sourcemap,
    write: shared.write,
    watch: shared.watch,
    target: own.target ?? 'node20.19',
    copyPublicDir: false,
    reportCompressedSize: false,
    modulePreload: false,
    minify: minify === false ? false : 'oxc',
    rolldownOptions: {
      // The release is an entry of its own: another server imports it out of a store.
      input: { index: 'virtual:gati/server', release: 'virtual:gati/release' },
      platform: 'node',
      // How long plugins take on a busy machine says nothing about the app.
      checks: { pluginTimings: false },
      output: {
        format: 'esm',
        entryFileNames: '[name].mjs',
        chunkFileNames: 'chunks/[name]-[hash].mjs',
        // An error's name is what people log and match: it must be the same here as in development.
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
