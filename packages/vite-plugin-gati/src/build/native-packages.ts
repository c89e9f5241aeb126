import fs from 'node:fs';
import path from 'node:path';

/** A package that can't be bundled, because it loads a compiled file or reads its own folder. */
export interface NativePackage {
  name: string;
  version: string;
  /** Folder with its `package.json`. */
  folder: string;
}

/** Packages that find a compiled addon. A package that depends on one has an addon. */
const ADDON_LOADERS = [
  'bindings',
  'node-gyp-build',
  'node-gyp-build-optional-packages',
  'prebuild-install',
  '@mapbox/node-pre-gyp',
  '@neon-rs/load',
];

interface PackageJson {
  name?: string;
  version?: string;
  gypfile?: boolean;
  napi?: unknown;
  binary?: unknown;
  dependencies?: Record<string, string>;
}

/** Returns the package of a file, or `undefined` if the file belongs to the app. */
export function packageOf(file: string): NativePackage | undefined {
  const folder = packageFolder(file);
  const json = folder === undefined ? undefined : readJson(folder);
  return json?.name === undefined
    ? undefined
    : { name: json.name, version: json.version ?? '0.0.0', folder: folder! };
}

/**
 * Returns a function that maps a file to its package, if that package has compiled code. Results
 * are cached by folder.
 */
export function createNativeDetector(
  known: Iterable<string>,
): (file: string) => NativePackage | undefined {
  const names = new Set(known);
  const byFolder = new Map<string, NativePackage | undefined>();
  return (file) => {
    const folder = packageFolder(file);
    if (folder === undefined) return undefined;
    if (!byFolder.has(folder)) byFolder.set(folder, inspect(folder, names));
    return byFolder.get(folder);
  };
}

/** Returns `…/node_modules/name` or `…/node_modules/@scope/name` of the innermost package. */
export function packageFolder(file: string): string | undefined {
  return /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(file)?.[1];
}

function readJson(folder: string): PackageJson | undefined {
  const file = path.join(folder, 'package.json');
  return fs.existsSync(file)
    ? (JSON.parse(fs.readFileSync(file, 'utf8')) as PackageJson)
    : undefined;
}

function inspect(folder: string, names: Set<string>): NativePackage | undefined {
  const json = readJson(folder);
  if (json?.name === undefined) return undefined;
  const native =
    names.has(json.name) ||
    json.gypfile === true ||
    json.napi !== undefined ||
    json.binary !== undefined ||
    ADDON_LOADERS.some((loader) => json.dependencies?.[loader] !== undefined) ||
    fs.existsSync(path.join(folder, 'binding.gyp'));
  return native ? { name: json.name, version: json.version ?? '0.0.0', folder } : undefined;
}
