import { GatiError } from '@gati/contract';
import { merge } from './read-config.ts';
import type { Settings } from './settings.ts';

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Returns the names of the regions, in the order of the file. */
export function regionNames({ regions = {} }: Settings): string[] {
  const names = Object.keys(regions);
  const wrong = names.find((name) => !NAME.test(name));
  if (wrong === undefined) return names;
  throw new GatiError({
    code: 'GATI_DEPLOY_CONFIG',
    message: `\`${wrong.slice(0, 80)}\` can't be the name of a region.`,
    fix: 'Use lower-case letters, digits and dashes.',
  });
}

/** Merges the settings of a region into the others, if this region exists. */
export function mergeRegion(settings: Settings, name: string | undefined): Settings {
  const { regions = {}, ...common } = settings;
  return name !== undefined && Object.hasOwn(regions, name)
    ? (merge(common, regions[name]) as Settings)
    : settings;
}

/**
 * Returns the settings of one region.
 *
 * @throws {GatiError} GATI_USAGE when several regions exist and `name` is none of them, or when a
 *   name is given and there are no regions
 */
export function selectRegion(settings: Settings, name: string | undefined): Settings {
  const names = regionNames(settings);
  if (name === undefined && names.length === 0) return settings;
  if (name === undefined || !names.includes(name))
    throw new GatiError({
      code: 'GATI_USAGE',
      message:
        name === undefined
          ? 'this environment has several regions'
          : `this environment has no region \`${name.slice(0, 80)}\``,
      fix:
        names.length === 0
          ? 'Leave `--region` out, or describe regions in gati.deploy.yaml.'
          : `Choose one with \`--region\`: ${names.join(', ')}.`,
    });
  const own = settings.regions![name]!;
  const merged = mergeRegion(settings, name);
  const { cloud, kubernetes, provider = 'kubernetes' } = merged;
  if (provider === 'kubernetes')
    return {
      ...merged,
      region: name,
      kubernetes: { ...kubernetes, context: own.kubernetes?.context ?? name },
    };
  if (cloud?.edge === true)
    throw new GatiError({
      code: 'GATI_DEPLOY_CONFIG',
      message:
        'An app with `regions` has no `cloud.edge`: a CDN would send all requests to one region.',
      fix: 'Remove `cloud.edge`, and put a front that checks health, such as AWS Global Accelerator, before the load balancers of all regions.',
    });
  return { ...merged, region: name, cloud: { ...cloud, region: own.cloud?.region ?? name } };
}
