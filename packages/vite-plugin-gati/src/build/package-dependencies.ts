import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { isOwn } from './own-packages.ts';

interface Dependencies {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/** Returns the file that `require` in a module loads, or `undefined` if it can't load the package. */
export function resolveAsNode(source: string, importer: string): string | undefined {
  try {
    return createRequire(importer).resolve(source);
  } catch {
    return undefined;
  }
}

/**
 * Returns the names of packages that a package may load by a name computed at run time, which a
 * tracer can't see. They are its installed optional dependencies, such as its compiled code for
 * this platform, and the peers that the app lists, such as the driver of a database client.
 */
export function hiddenDependencies(root: string, folder: string): string[] {
  const { optionalDependencies = {}, peerDependencies = {} } = readDependencies(folder);
  return [
    ...Object.keys(optionalDependencies).filter((name) => findInstalled(folder, name)),
    ...Object.keys(peerDependencies).filter((name) => isOwn(root, name)),
  ];
}

/** Returns the folders of the installed packages that packages depend on, also through others. */
export function findDependencies(folders: string[]): Set<string> {
  const found = new Set<string>();
  const left = [...folders];
  for (let folder = left.pop(); folder !== undefined; folder = left.pop()) {
    const { dependencies, optionalDependencies, peerDependencies } = readDependencies(folder);
    for (const name of Object.keys({
      ...dependencies,
      ...optionalDependencies,
      ...peerDependencies,
    })) {
      const installed = findInstalled(folder, name);
      if (installed === undefined || found.has(installed)) continue;
      found.add(installed);
      left.push(installed);
    }
  }
  return found;
}

/** Returns the real path of a package as Node finds it from a folder. */
function findInstalled(folder: string, name: string): string | undefined {
  for (let at = folder; at !== path.dirname(at); at = path.dirname(at)) {
    const candidate = path.join(at, 'node_modules', name);
    if (fs.existsSync(path.join(candidate, 'package.json'))) return fs.realpathSync(candidate);
  }
  return undefined;
}

function readDependencies(folder: string): Dependencies {
  return JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')) as Dependencies;
}
