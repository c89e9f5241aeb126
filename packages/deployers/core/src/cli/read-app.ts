import fs from 'node:fs';
import path from 'node:path';
import { GatiError } from '@gati/contract';
import { isObject } from '@gati/contract/data';
import type { Settings } from '../config/settings.ts';
import { readConfig } from '../config/read-config.ts';
import { selectRegion } from '../config/regions.ts';
import type { Call } from './command.ts';

export const DEFAULT_ENVIRONMENT = 'production';

export interface Environment {
  environment: string;
  settings: Settings;
}

/** Returns the environment of a call, and its settings in the region of the call. */
export function readEnvironment(call: Call, word: string | undefined): Environment {
  const { environment, settings } = readAllRegions(call, word);
  const { region } = call.options;
  return {
    environment,
    settings: selectRegion(settings, typeof region === 'string' ? region : undefined),
  };
}

/** Returns the environment of a call that needs no cluster, or that covers all regions. */
export function readAllRegions(
  { root }: Pick<Call, 'root'>,
  word: string | undefined,
): Environment {
  const environment = word ?? DEFAULT_ENVIRONMENT;
  if (!/^[a-zA-Z0-9][\w-]{0,39}$/.test(environment))
    throw new GatiError({
      code: 'GATI_USAGE',
      message: `\`${environment.slice(0, 60)}\` can't be the name of an environment`,
      fix: 'Use letters, digits and dashes.',
    });
  return { environment, settings: readConfig(root, environment) };
}

/** Returns the name of the app, for commands that need no build. */
export function readAppName(root: string): string {
  const name = findAppName(root);
  if (name !== undefined) return name;
  throw new GatiError({
    code: 'GATI_DEPLOY_BUILD',
    message: `There is no package.json with a name in ${root}.`,
    fix: 'Run the command in the folder of the app, or name it with `--root`.',
  });
}

/** Returns the name of the app, or `undefined` without a `package.json` that has one. */
export function findAppName(root: string): string | undefined {
  const file = path.join(root, 'package.json');
  const value: unknown = fs.existsSync(file)
    ? JSON.parse(fs.readFileSync(file, 'utf8'))
    : undefined;
  return isObject(value) && typeof value['name'] === 'string' ? value['name'] : undefined;
}
