import { expect, test } from 'vitest';
import type { Api } from '../src/api.ts';
import { clusterResource } from '../src/cluster.ts';
import type { GcpResource } from '../src/gcp.ts';
import { createNames } from '../src/names.ts';

/** Reads the cluster `shop-production` in a project with this list of clusters. */
function resourceOf(list: object): GcpResource {
  const place = { app: 'shop', environment: 'production', settings: {} };
  const [project, region] = ['shop-1', 'europe-west1'];
  const api = { call: () => Promise.resolve(list) } as unknown as Api;
  const names = createNames(place, project, region);
  return clusterResource({ place, names, api, project, region }, { createCluster: true });
}

test('a cluster whose zone does not respond does not count as missing and is not created again', async () => {
  const missingZones = ['europe-west1-b'];
  await expect(resourceOf({ missingZones }).find()).rejects.toMatchObject({
    code: 'GATI_DEPLOY_CLOUD',
    message: expect.stringContaining('europe-west1-b does not respond'),
  });
  const found = { name: 'shop-production', location: 'europe-west1', status: 'RUNNING' };
  expect(await resourceOf({ missingZones, clusters: [found] }).find()).toMatchObject({
    state: 'ready',
    isOwn: false,
  });
  expect(await resourceOf({ missingZones: ['us-east1-b'] }).find()).toBeUndefined();
});
