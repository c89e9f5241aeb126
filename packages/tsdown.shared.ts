import type { UserConfig } from 'tsdown';

/** What every package's `tsdown.config.ts` starts from: ESM for Node, declarations, `publint` and `attw` on the result. */
export function library(entry: Record<string, string>, options: UserConfig = {}): UserConfig {
  return {
    entry,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    outDir: 'dist',
    clean: true,
    dts: { oxc: true },
    fixedExtension: true,
    publint: { strict: true },
    attw: { profile: 'esm-only', level: 'error' },
    ...options,
  };
}
