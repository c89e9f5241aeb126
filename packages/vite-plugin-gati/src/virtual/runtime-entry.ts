import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);

/** The file of an entry of the runtime: an app need not have it among its own dependencies. */
export function runtimeEntry(entry: string): string {
  return toImport(require.resolve(`@gati/runtime-h3/${entry}`));
}

/** A file as it stands in an import. */
export function toImport(file: string): string {
  return JSON.stringify(file.split(path.sep).join('/'));
}
