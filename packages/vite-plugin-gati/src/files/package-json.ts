import fs from 'node:fs';
import path from 'node:path';

/** What stands in the `package.json` of the app in `root`; nothing where there is none: an app may consist of handlers alone. */
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

/** Name and version of the app in `root`. */
export function readPackage(root: string): { name: string; version: string } {
  const { name, version } = readPackageFields(root);
  return {
    name: typeof name === 'string' && name !== '' ? name : path.basename(root),
    version: typeof version === 'string' && version !== '' ? version : '1.0.0',
  };
}
