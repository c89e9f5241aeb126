import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);

/**
 * Returns the file of a runtime entry as an import specifier. It is found from this package, so
 * the app need not have the runtime among its own dependencies.
 */
export function runtimeEntry(entry: string): string {
  return toImport(require.resolve(`@gati/runtime-h3/${entry}`));
}

/** Returns a file as the quoted specifier of an import. */
export function toImport(file: string): string {
  return JSON.stringify(file.split(path.sep).join('/'));
}
