import { createRequire } from 'node:module';
import path from 'node:path';
import { readPackageFields } from '../files/package-json.ts';

const RUNTIME =
  path.dirname(createRequire(import.meta.url).resolve('@gati/runtime-h3/package.json')) + path.sep;

/**
 * Whether the runtime imports this module. The runtime tries to import optional packages, which a
 * workspace may have installed for another app.
 */
export const isRuntime = (importer: string | undefined): boolean =>
  path.normalize(importer ?? '').startsWith(RUNTIME);

/** Whether the app's `package.json` lists a package. */
export function isOwn(root: string, name: string): boolean {
  const json = readPackageFields(root) as Record<string, Record<string, string> | undefined>;
  return ['dependencies', 'optionalDependencies', 'devDependencies'].some(
    (kind) => json[kind]?.[name] !== undefined,
  );
}
