import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config/read-config.ts';
import { mergeRegion, selectRegion } from '../../src/config/regions.ts';
import type { Settings } from '../../src/config/settings.ts';
import { secretNames, toPreviewSettings } from '../../src/preview/preview-settings.ts';

const SHARED: Settings = {
  scale: { min: 3, max: 9 },
  workers: {},
  panel: true,
  kubernetes: { namespace: 'live', gateway: 'edge', pullSecret: 'pull' },
  url: 'https://shop.example.com',
  env: {
    GATI_DATABASE: { secret: 'database', key: 'url' },
    MAIL: { secret: 'mail', key: 'url' },
    LOG_FORMAT: 'json',
  },
};

test('a preview uses no database, queue or host of another environment', () => {
  const { env, kubernetes, ...rest } = toPreviewSettings('pr-1', SHARED, SHARED);
  expect(rest).toEqual({ scale: { min: 1, max: 1 }, rollout: { keep: 1 } });
  // A route without a host of its own would get requests of users.
  expect(kubernetes).toEqual({ pullSecret: 'pull' });
  expect(env).toEqual({
    MAIL: { secret: 'mail', key: 'url' },
    LOG_FORMAT: 'json',
    GATI_EFFECTS: 'sqlite:/data/effects.db',
  });
  expect(secretNames({ env, kubernetes })).toEqual(['mail', 'pull']);
});

test('a preview has the database and the host of the environment `preview`', () => {
  const database = { secret: 'previews', key: 'url' };
  const settings = {
    ...SHARED,
    url: 'https://{preview}.example.com',
    env: { ...SHARED.env, GATI_DATABASE: database },
  };
  const found = toPreviewSettings('pr-1', settings, SHARED);
  expect(found).toMatchObject({
    url: 'https://pr-1.example.com',
    kubernetes: { gateway: 'edge' },
    env: { GATI_DATABASE: database },
  });
});

test('a preview gets no value of a secret store that other environments have', () => {
  const env = { KEY: { secretRef: 'prod/shop' } };
  expect(() => toPreviewSettings('pr-1', { env }, { env })).toThrow('The variable KEY');
  expect(toPreviewSettings('pr-1', { env }, {}).env).toMatchObject(env);
});

test.each([
  ['GATI_DATABASE', "'postgres://live/shop'"],
  ['KEY', '{ secretRef: prod/shop }'],
])('a preview in a region gets no %s of other environments in that region', (name, value) => {
  const text = `
env: { ${name}: common }
regions: { eu: { env: { ${name}: ${value} } }, us: {} }
`;
  const [own, top] = ['preview', ''].map((environment) => parseConfig(text, environment));
  const read = (): Settings =>
    toPreviewSettings('pr-1', selectRegion(own!, 'eu'), mergeRegion(top!, 'eu'));
  if (name === 'KEY') expect(read).toThrow('The variable KEY');
  else expect(read().env).toEqual({ GATI_EFFECTS: 'sqlite:/data/effects.db' });
});
