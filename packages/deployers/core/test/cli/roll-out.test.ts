import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Call } from '../../src/cli/command.ts';
import type { BuiltImage } from '../../src/cli/image-step.ts';
import { createReporter } from '../../src/cli/reporter.ts';
import { rollOut } from '../../src/cli/roll-out.ts';
import { toTarget } from '../../src/objects/target.ts';
import { writePreview } from '../../src/preview/preview-namespace.ts';
import { type ApiServer, startApiServer } from '../helpers/api-server.ts';

let api: ApiServer;
beforeAll(async () => void (api = await startApiServer()));
afterAll(() => api.close());

test('rejects a deploy into the namespace of a preview, because the cluster would remove it', async () => {
  const target = toTarget('shop', 'staging', {});
  const { cluster, writes } = api;
  await writePreview(cluster, target, { name: 'staging', expires: '2026-12-03T00:00:00.000Z' });
  const count = writes.length;
  const reporter: Call['reporter'] = {
    ...createReporter('json'),
    step: async (_name, work) => await work(),
  };
  const call: Call = { words: [], options: {}, root: '.', reporter };
  const built = { build: { manifest: {} } } as BuiltImage;
  await expect(
    rollOut(call, { destination: { cluster, target }, settings: {}, built }),
  ).rejects.toThrow('that of the preview staging');
  expect(writes).toHaveLength(count);
});
