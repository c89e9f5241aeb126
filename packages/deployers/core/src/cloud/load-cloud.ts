import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { GatiError } from '@gati/contract';
import { type CloudName, CLOUDS } from '../config/settings.ts';
import type { Cloud } from './port.ts';

/**
 * Loads the package of a cloud, which the app installs beside `gati-deploy`.
 *
 * @throws {GatiError} GATI_DEPLOY_CLOUD when it is not installed
 */
export async function loadCloud(name: CloudName, root: string): Promise<Cloud> {
  const id = `@gati/cloud-${name}`;
  const places = [path.join(root, 'package.json'), import.meta.url];
  for (const place of places) {
    let file: string;
    try {
      file = createRequire(place).resolve(id);
    } catch {
      continue;
    }
    return ((await import(pathToFileURL(file).href)) as { default: Cloud }).default;
  }
  throw new GatiError({
    code: 'GATI_DEPLOY_CLOUD',
    message: `The package ${id} is not installed.`,
    fix: `Install it: \`npm install --save-dev ${id}\`.`,
  });
}

/** Whether a target is a cloud. */
export function isCloud(provider: string): provider is CloudName {
  return (CLOUDS as readonly string[]).includes(provider);
}
