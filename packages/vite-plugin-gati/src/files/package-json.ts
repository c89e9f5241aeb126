import fs from 'node:fs';
import path from 'node:path';

/**
 * Returns the folder of the app's `package.json`: the nearest at or above the root with a name or a
 * version. Without one, returns the root.
 */
export function packageFolder(root: string): string {
  for (let folder = root; ; folder = path.dirname(folder)) {
    const { name, version } = readFields(folder);
    if (isText(name) || isText(version)) return folder;
    if (path.dirname(folder) === folder) return root;
  }
}

/** Returns the fields of the app's `package.json`. None if it does not exist or can't be parsed. */
export function readPackageFields(root: string): Record<string, unknown> {
  return readFields(packageFolder(root));
}

function readFields(folder: string): Record<string, unknown> {
  try {
    return JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')) as Record<
      string,
      unknown
    >;
  } catch {
    return {};
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** Returns name and version of the app. The defaults are the name of the folder and 1.0.0. */
export function readPackage(root: string): { name: string; version: string } {
  const folder = packageFolder(root);
  const { name, version } = readFields(folder);
  return {
    name: isText(name) ? name : path.basename(folder),
    version: isText(version) ? version : '1.0.0',
  };
}
