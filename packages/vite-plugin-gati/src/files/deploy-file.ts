import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { isObject } from '@gati/contract/data';

/**
 * Reads the settings of deploys in a folder. Returns an empty object without the file.
 *
 * @throws {Error} when the file is not YAML
 */
export function readDeployFile(folder: string): Record<string, unknown> {
  const file = path.join(folder, 'gati.deploy.yaml');
  if (!fs.existsSync(file)) return {};
  // Loaded only here, because few apps have the file.
  const { parse } = createRequire(import.meta.url)('yaml') as typeof import('yaml');
  const settings = parse(fs.readFileSync(file, 'utf8')) as unknown;
  return isObject(settings) ? settings : {};
}
