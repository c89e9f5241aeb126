import { fileURLToPath } from 'node:url';
import { build, type BuildOptions } from 'esbuild';

/** Bundles sources as a build of an app would: ESM in chunks, which run in a process of their own. */
export async function bundleForNode(
  entry: string,
  outdir: string,
  options: Pick<BuildOptions, 'external' | 'packages'>,
): Promise<void> {
  await build({
    entryPoints: [entry],
    outdir,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    outExtension: { '.js': '.mjs' },
    alias: {
      '@gati/contract': fileURLToPath(new URL('../../../contract/src/index.ts', import.meta.url)),
    },
    logLevel: 'error',
    ...options,
  });
}
