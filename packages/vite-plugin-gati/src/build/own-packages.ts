import { createRequire } from 'node:module';
import path from 'node:path';
import { readPackageFields } from '../files/package-json.ts';

const folderOf = (name: string): string =>
  path.dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)) + path.sep;

const RUNTIME = folderOf('@gati/runtime-h3');
/**
 * Folders of Gati's packages. In a workspace they may be links to places outside of any
 * `node_modules`.
 */
const GATI = [RUNTIME, folderOf('@gati/contract'), folderOf('vite-plugin-gati')];

/** Whether a module belongs to a package of Gati. */
export const isGatiPackage = (file: string): boolean =>
  GATI.some((folder) => path.normalize(file).startsWith(folder));

/**
 * Whether the runtime imports this module. The runtime tries to import optional packages, which a
 * workspace may have installed for another app.
 */
export const isRuntime = (importer: string | undefined): boolean =>
  path.normalize(importer ?? '').startsWith(RUNTIME);

/** Returns the packages that the app lists for production. */
export function ownDependencies(root: string): string[] {
  const json = readPackageFields(root) as Record<string, Record<string, string> | undefined>;
  return Object.keys({ ...json.dependencies, ...json.optionalDependencies });
}

/** Whether the app's `package.json` lists a package. */
export function isOwn(root: string, name: string): boolean {
  const json = readPackageFields(root) as Record<string, Record<string, string> | undefined>;
  return ['dependencies', 'optionalDependencies', 'devDependencies'].some(
    (kind) => json[kind]?.[name] !== undefined,
  );
}
