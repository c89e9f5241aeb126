import fs from 'node:fs';
import path from 'node:path';

/** Name and version of the app in `root`. */
export function readPackage(root: string): { name: string; version: string } {
  let found: { name?: unknown; version?: unknown } = {};
  try {
    found = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as typeof found;
  } catch {
    // An app may consist of handlers alone.
  }
  return {
    name: typeof found.name === 'string' && found.name !== '' ? found.name : path.basename(root),
    version: typeof found.version === 'string' && found.version !== '' ? found.version : '1.0.0',
  };
}
