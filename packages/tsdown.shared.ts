import type { UserConfig } from 'tsdown';

/**
 * Creates the build options that all packages share: ESM for Node with declarations, checked by
 * `publint` and `attw`.
 */
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
