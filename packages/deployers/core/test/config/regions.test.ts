import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config/read-config.ts';
import { regionNames, selectRegion } from '../../src/config/regions.ts';
import type { Settings } from '../../src/config/settings.ts';

const read = (text: string): Settings => parseConfig(text, 'production');

test('a region of a cloud is named after it, and replaces settings of the environment', () => {
  const settings = read(`
provider: aws
scale: { min: 2, max: 4 }
environments:
  production:
    regions:
      eu-central-1: { scale: { max: 8 } }
      us: { cloud: { region: us-east-1 } }
`);
  expect(regionNames(settings)).toEqual(['eu-central-1', 'us']);
  expect(selectRegion(settings, 'eu-central-1')).toMatchObject({
    region: 'eu-central-1',
    cloud: { region: 'eu-central-1' },
    scale: { min: 2, max: 8 },
  });
  expect(selectRegion(settings, 'us').cloud).toEqual({ region: 'us-east-1' });
  expect(selectRegion(settings, 'us')).not.toHaveProperty('regions');
});

test('a region of kubernetes is a context, unless it names another one', () => {
  const settings = read('regions: { eu: {}, us: { kubernetes: { context: cluster-us } } }\n');
  expect(selectRegion(settings, 'eu').kubernetes).toEqual({ context: 'eu' });
  expect(selectRegion(settings, 'us').kubernetes).toEqual({ context: 'cluster-us' });
});

test('a command without a region, or with an unknown one, lists the regions', () => {
  const settings = read('regions: { eu: {}, us: {} }\n');
  for (const name of [undefined, 'asia', 'constructor'])
    expect(() => selectRegion(settings, name)).toThrow(/several regions|no region/);
  expect(selectRegion({}, undefined)).toEqual({});
  expect(() => selectRegion({}, 'eu')).toThrow('no region `eu`');
});

test('rejects a CDN in front of regions, regions in a region, and invalid names', () => {
  const settings = read('provider: aws\ncloud: { edge: true }\nregions: { eu-west-1: {} }\n');
  expect(() => selectRegion(settings, 'eu-west-1')).toThrow('has no `cloud.edge`');
  expect(() => read('regions: { a: { regions: { b: {} } } }\n')).toThrow('no setting');
  expect(() => regionNames(read('regions: { "a b": {} }\n'))).toThrow("can't be the name");
});
