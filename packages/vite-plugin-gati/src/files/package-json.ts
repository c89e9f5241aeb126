import fs from 'node:fs';
import path from 'node:path';

/** Returns the fields of the app's `package.json`. None if it does not exist or can't be parsed. */
export function readPackageFields(root: string): Record<string, unknown> {
  try {
    return JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as Record<
      string,
      unknown
    >;
  } catch {
    return {};
  }
}

/** Returns name and version of the app. The defaults are the name of the folder and 1.0.0. */
export function readPackage(root: string): { name: string; version: string } {
  const { name, version } = readPackageFields(root);
  return {
    name: typeof name === 'string' && name !== '' ? name : path.basename(root),
    version: typeof version === 'string' && version !== '' ? version : '1.0.0',
  };
}
