import { fileURLToPath } from 'node:url';
import { build, type BuildOptions } from 'esbuild';

const contract = (file: string): string =>
  fileURLToPath(new URL(`../../../contract/src/${file}`, import.meta.url));

/** Bundles sources as the build of an app would: ESM in chunks, for a separate process. */
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
    // esbuild matches the longest name first.
    alias: {
      '@gati/contract': contract('index.ts'),
      '@gati/contract/data': contract('data.ts'),
      '@gati/contract/internal': contract('internal.ts'),
    },
    logLevel: 'error',
    ...options,
  });
}
