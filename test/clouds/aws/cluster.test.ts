import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStubApp, type DeployedApp } from '../../cluster/helpers/app.ts';
import { type FakeAws, startFakeAws } from './start.ts';

const started = await startFakeAws('shop-production');
const missing = 'reason' in started ? started.reason : undefined;
if (missing !== undefined)
  process.stderr.write(`\n  !! NO CLUSTER was created in AWS: ${missing}\n\n`);

describe.skipIf(missing !== undefined)('gati-deploy cluster', () => {
  const aws = started as FakeAws;
  let app: DeployedApp;

  beforeAll(async () => {
    app = await createStubApp({ env: aws.env });
    app.configure('provider: aws\nimage: { base: oci:base }\n');
  });
  afterAll(() => aws.stop());

  test('creates the cluster without the app, and deletes it if it runs nothing', async () => {
    const refused = await app.deploy('cluster', 'create');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('Add `--yes`');
    expect(await aws.resources()).toEqual([]);
    const before = await app.deploy('doctor');
    expect(before.code).toBe(1);
    expect(before.document).toMatchObject({
      checks: [
        { name: 'credentials', state: 'ok' },
        { name: 'cluster', state: 'failed' },
      ],
    });
    const created = await app.deploy('cluster', 'create', '--yes');
    expect(created.code, created.stderr).toBe(0);
    expect(created.document).toMatchObject({
      created: expect.arrayContaining(['EKS cluster shop-production']),
    });
    const again = await app.deploy('cluster', 'create', '--yes');
    expect(again.document).toMatchObject({ created: [] });
    const first = await app.deploy('aws');
    expect(first.code, first.stderr).toBe(0);
    const after = await app.deploy('doctor');
    expect(after.code, after.stdout).toBe(0);
    const kept = await app.deploy('cluster', 'delete', '--yes');
    expect(kept.code).toBe(1);
    expect(kept.document).toMatchObject({
      running: [expect.stringContaining('shop-production/shop-core-')],
    });
    const end = await app.deploy('destroy', '--yes');
    expect(end.code, end.stderr).toBe(0);
    expect(await aws.resources()).toEqual([]);
    expect((await app.deploy('cluster', 'create', '--yes')).code).toBe(0);
    const deleted = await app.deploy('cluster', 'delete', '--yes');
    expect(deleted.code, deleted.stderr).toBe(0);
    expect(await aws.resources()).toEqual([]);
  });
});
