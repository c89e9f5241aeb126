import { beforeAll, describe, expect, test } from 'vitest';
import { until } from '@gati/test-kit/wait';
import { startProxy } from '../../packages/deployers/core/test/helpers/docker-registry.ts';
import { createPodsApp, findPods, type PodsApp, printSettings } from './helpers/app.ts';

const pods = findPods();
const SETTINGS = 'rollout: { timeout: 15s }\n';

// These faults concern the whole node, so no other deploy may run beside them.
describe.skipIf(!pods)('a deploy to a node with a fault', () => {
  let app: PodsApp;
  let slow: Awaited<ReturnType<typeof startProxy>>;
  const node = 'api/v1/nodes/localhost';
  const setTaints = async (taints: object[]): Promise<void> =>
    void (await app.client.call('tainting', {
      method: 'PATCH',
      path: node,
      contentType: 'application/merge-patch+json',
      body: { spec: { taints } },
    }));

  beforeAll(async () => {
    slow = await startProxy(`http://${pods!.registry}`, ({ method, path: at }) =>
      method === 'GET' && at.includes('/blobs/') ? 'handled' : undefined,
    );
    app = createPodsApp(pods!, 'nodefaults', SETTINGS);
    await app.build();
    const first = await app.deploy('kubernetes');
    expect(first, first.stderr).toMatchObject({ code: 0 });
  });

  test('names a taint that no pod tolerates', async () => {
    await setTaints([{ key: 'moon', value: 'full', effect: 'NoSchedule' }]);
    try {
      app.edit('Hello', 'Hi');
      await app.build();
      const failed = await app.deploy('kubernetes');
      expect(failed.code, failed.stderr).toBe(1);
      expect(failed.document.errors![0]).toMatchObject({
        message: expect.stringMatching(/untolerated taint/) as string,
        fix: expect.stringMatching(/taint/) as string,
      });
    } finally {
      await setTaints([]);
    }
  });

  test('names an image whose pull takes too long', async () => {
    app.edit('Hi', 'Salut');
    await app.build();
    app.configure(printSettings(pods!, 'nodefaults', SETTINGS).replace(pods!.registry, slow.host));
    const failed = await app.deploy('kubernetes');
    expect(failed.code, failed.stderr).toBe(1);
    expect(failed.document.causes![0]).toMatchObject({ code: 'image-slow' });
    expect(failed.document.errors![0]!.message).toMatch(/rollout\.timeout.*has been pulling/);
    // The node lets the pod end when its pull has failed.
    await slow.stop();
    await until('the old pods are alone', async () => (await app.pods()).length === 1);
  });
});
