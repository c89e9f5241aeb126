import { afterAll, beforeAll, expect, test } from 'vitest';
import { Comparison } from '../../src/canary/comparison.ts';
import { watchCanary } from '../../src/canary/watch-canary.ts';
import type { WatchStep } from '../../src/plan/plan.ts';
import { type ApiServer, startApiServer } from '../helpers/api-server.ts';

let api: ApiServer;
beforeAll(async () => void (api = await startApiServer()));
afterAll(() => api.close());

const STEP: WatchStep = {
  kind: 'watch',
  reason: 'compares',
  namespace: 'shop',
  revision: 'new',
  before: 'old',
  share: 50,
  duration: 1,
};

test('a new release without a ready pod fails its canary', async () => {
  const options = { comparison: new Comparison(), watchInterval: 1 };
  const metadata = { name: 'shop-core-new-1', namespace: 'shop' };
  const status = { containerStatuses: [{ name: 'app', ready: false, restartCount: 0 }] };
  for (const pods of [[], [{ apiVersion: 'v1', kind: 'Pod', metadata, status }]]) {
    for (const each of pods) api.objects.set(`api/v1/namespaces/shop/pods/${metadata.name}`, each);
    await expect(watchCanary(api.cluster, STEP, options)).rejects.toMatchObject({
      code: 'GATI_DEPLOY_ROLLOUT',
      message: expect.stringContaining('none of its pods in shop is ready'),
    });
  }
});
