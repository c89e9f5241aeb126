import { afterEach, expect, test } from 'vitest';
import { createApp, onlyRelease } from '../../../src/app/index.ts';
import type { BundleRoute } from '../../../src/types/bundle.ts';
import { bundle, context } from '../../helpers/bundle.ts';

const unheard: unknown[] = [];
const hear = (reason: unknown): void => void unheard.push(reason);
process.on('unhandledRejection', hear);
afterEach(() => void process.off('unhandledRejection', hear));

test('responds 500 when code fails to load before the first global context exists', async () => {
  const release = bundle({ 'GET /broken': {} });
  (release.routes[0] as BundleRoute).load = () => Promise.reject(new Error('no such code'));
  const app = createApp({
    mode: 'production',
    logger: context(release).logger,
    releases: () => onlyRelease(release),
    async context(of) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return context(of);
    },
    log: () => undefined,
  });
  const response = await app.fetch(new Request('http://localhost/broken'));
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('no such code');
  await new Promise((resolve) => setTimeout(resolve, 40));
  expect(unheard).toEqual([]);
  await app.close();
});
