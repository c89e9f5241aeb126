import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startRegistry } from '../../packages/deployers/core/test/helpers/docker-registry.ts';
import type { TestServer } from '../servers/process.ts';
import { startControlPlane, type TestCluster } from './control-plane.ts';
import { createStubApp, type DeployedApp, type Document } from './helpers/app.ts';
import { playController } from './helpers/play-controller.ts';

const cluster = await startControlPlane();
const registry = await startRegistry();
const missing = [cluster, registry].flatMap((each) => ('reason' in each ? [each.reason] : []));
const controller = 'reason' in cluster ? undefined : await playController(cluster);
if (!controller) missing.push('no address but loopback');
if (missing.length > 0)
  process.stderr.write(`\n  !! NO DEPLOY to regions was tried: ${missing.join('; ')}\n\n`);

interface Regions {
  regions: { region: string; code: number; result: Document; release: string | null }[];
  isSame?: boolean;
}

/** Two namespaces of one cluster are the regions. */
describe.skipIf(missing.length > 0)('two regions', () => {
  let app: DeployedApp;
  let settings: string;

  const run = async (...args: string[]): Promise<{ code: number | null; document: Regions }> => {
    const { code, document } = await app.deploy(...args);
    return { code, document: document as unknown as Regions };
  };

  beforeAll(async () => {
    app = await createStubApp(cluster as TestCluster, new URL((registry as TestServer).url).host);
    settings = `${fs.readFileSync(path.join(app.folder, 'gati.deploy.yaml'), 'utf8')}
regions:
  eu: { kubernetes: { context: test, namespace: shop-eu } }
  us: { kubernetes: { context: test, namespace: shop-us } }
`;
    app.configure(settings);
  });
  afterAll(async () => {
    await controller?.stop();
    await (cluster as TestCluster).stop();
    await (registry as TestServer).stop();
  });

  test('get a release one after the other', async () => {
    const { code, document } = await run('kubernetes');
    expect(code).toBe(0);
    expect(document).toMatchObject({
      regions: [
        { region: 'eu', code: 0, result: { result: 'live' } },
        { region: 'us', code: 0, result: { result: 'live' } },
      ],
    });
    expect(await run('regions')).toMatchObject({ code: 0, document: { isSame: true } });
  });

  test('keep their release if the deploy stops before them', async () => {
    controller!.readyOf = (deployment, replicas) =>
      JSON.stringify(deployment).includes('debug') ? 0 : replicas;
    // These pods never become ready. The other deploys may take longer.
    app.configure(`${settings}rollout: { timeout: 3s }\nenv: { LEVEL: debug }\n`);
    const { code, document } = await run('kubernetes');
    expect(code).toBe(1);
    expect(document.regions).toMatchObject([
      { region: 'eu', code: 1, result: { result: 'rolled-back' } },
    ]);
    controller!.readyOf = (_, replicas) => replicas;
    app.configure(settings);
    expect(await run('regions')).toMatchObject({ code: 0, document: { isSame: true } });
  });

  test('can be changed one at a time, and are removed together', async () => {
    expect((await run('scale', '2', '--region', 'us')).code).toBe(0);
    expect((await run('scale', '2')).code).toBe(2);
    const { code, document } = await run('destroy', '--yes');
    expect(code).toBe(0);
    expect(document.regions.map(({ result }) => result.deleted!.length > 0)).toEqual([true, true]);
    expect((await run('regions')).code).toBe(1);
  });
});
