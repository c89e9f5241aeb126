import { expect, test } from 'vitest';
import type { ServedRelease } from '../../../src/types/served-release.ts';
import { createWorkerEffects } from '../../../src/server/worker/worker-effects.ts';
import type { ReleaseSource } from '../../../src/server/worker/release-source.ts';
import { bundle, context } from '../../helpers/bundle.ts';

test('live, deprecated and withdrawn releases run their own jobs, and a retired one does not', async () => {
  const release = bundle({});
  const made = context(release, []);
  const effects = createWorkerEffects({
    runs: false,
    url: 'memory:',
    queues: undefined,
    logger: made.logger,
    onQueue: () => {},
  });
  const statuses: ServedRelease['status'][] = ['live', 'deprecated', 'withdrawn', 'retired'];
  const list = [...statuses, 'staged'].map((status) => ({
    version: status,
    status,
    bundle: () => release,
  }));
  effects.start({
    currentVersion: 'live',
    releases: () => ({ list }),
    context: async () => made,
  } as unknown as ReleaseSource);
  const alive = await Promise.all(
    statuses.map(async (status) => [status, (await effects.releaseOf!(status)) !== undefined]),
  );
  expect(Object.fromEntries(alive)).toEqual({
    live: true,
    deprecated: true,
    withdrawn: true,
    retired: false,
  });
  // A release that failed on this server may run on others, so its jobs wait for them.
  await expect(effects.releaseOf!('staged')).rejects.toThrow('does not run on this server');
});
