import type { ClusterPort } from '@gati/runtime-h3/telemetry';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { until } from '@gati/test-kit/wait';
import type { Settings } from '../../src/config/settings.ts';
import type { KubeObject } from '../../src/kube/cluster.ts';
import { pathOf } from '../../src/kube/kinds.ts';
import { createObjects } from '../../src/objects/objects.ts';
import { toTarget } from '../../src/objects/target.ts';
import { createClusterPort } from '../../src/panel/open-cluster.ts';
import { parsePlace } from '../../src/panel/place.ts';
import { withRecord } from '../../src/plan/essence.ts';
import { type ApiServer, startApiServer } from '../helpers/api-server.ts';

const SETTINGS: Settings = { panel: true, scale: { min: 2 } };
const target = toTarget('shop', 'production', SETTINGS);
const ADA = { by: 'Ada', at: 1, reason: 'the sale' };
const release = (version: string): Parameters<typeof createObjects>[1] => ({
  id: `rel_${version}`,
  version,
  image: `r.example.com/shop@sha256:${version}`,
});

let api: ApiServer;
let port: ClusterPort;
/** The revision before, and the live one. */
let before: string;
let live: string;

beforeAll(async () => void (api = await startApiServer()));
afterAll(() => api.close());

/** Fills the cluster as two deploys leave it. */
beforeEach(() => {
  api.objects.clear();
  api.writes.length = 0;
  api.statusOf = () => undefined;
  const put = (object: KubeObject, rest: object = {}): void => {
    const { metadata, ...own } = withRecord(object);
    const uid = pathOf(object);
    api.objects.set(uid, { ...own, metadata: { ...metadata, uid, resourceVersion: '1' }, ...rest });
  };
  const [first, second] = ['1.0.0', '2.0.0'].map((version) =>
    createObjects(target, release(version)),
  );
  [before, live] = [first!.revision, second!.revision];
  put(second!.namespace);
  for (const object of [...second!.foundation, ...second!.live.others]) put(object);
  const { metadata, ...service } = second!.live.service;
  const annotations = { ...metadata.annotations, 'gati.dev/history': `${live},${before}` };
  put({ ...service, metadata: { ...metadata, annotations } });
  for (const [objects, replicas] of [
    [first!, 0],
    [second!, 2],
  ] as const) {
    const [deployment] = objects.deployments;
    const spec = { ...(deployment!['spec'] as object), replicas };
    put(deployment!, { spec, status: statusOf(replicas) });
  }
  port = createClusterPort(api.cluster, parsePlace('shop-production/shop/production'));
});

const statusOf = (count: number): object => ({
  replicas: count,
  readyReplicas: count,
  availableReplicas: count,
  updatedReplicas: count,
});

const notes = (): Record<string, string> => {
  const path = 'api/v1/namespaces/shop-production/configmaps/shop-panel';
  return (api.objects.get(path)!['data'] ?? {}) as Record<string, string>;
};
/** Writes without those of the Lease and of notes. */
const changes = (): string[] =>
  api.writes
    .filter((line) => !/leases|configmaps/.test(line))
    .map((line) => line.replace(/\S*namespaces\/shop-production\//, ''));

test('reports the roles, the revisions, and whether a user can return to each', async () => {
  const report = await port.report();
  expect(report).toMatchObject({
    namespace: 'shop-production',
    environment: 'production',
    roles: [{ name: 'core', min: 2, max: 2, wanted: 2, ready: 2 }],
    revisions: [
      { revision: live, version: '2.0.0', isLive: true, pods: 2, canReturn: false },
      { revision: before, version: '1.0.0', isLive: false, pods: 0, canReturn: true },
    ],
  });
  expect(report.busy).toBeUndefined();
});

test('scales a role, stores the name of the user, and returns to the settings', async () => {
  await port.scale({ role: 'core', pods: { min: 3, max: 3 } }, ADA);
  expect(changes()).toEqual([`PATCH deployments/shop-core-${live}/scale`]);
  expect(JSON.parse(notes()['scale.core']!)).toEqual({
    ...ADA,
    min: 3,
    max: 3,
    initial: { min: 2, max: 2 },
  });
  const { roles, change } = await port.report();
  expect(roles).toMatchObject([{ min: 3, changed: { by: 'Ada', initial: { min: 2, max: 2 } } }]);
  expect(change).toMatchObject({ what: 'scale', to: 'core: 3 pods', state: 'done' });
  await port.scale({ role: 'core' }, ADA);
  expect(notes()['scale.core']).toBeNull();
  expect((await port.report()).roles[0]!.changed).toBeUndefined();
});

test('creates an autoscaler for a range of pods', async () => {
  await port.scale({ role: 'core', pods: { min: 2, max: 5 } }, ADA);
  expect(changes()).toEqual(['PATCH horizontalpodautoscalers/shop']);
});

test('rejects a role that the app does not have, and changes nothing', async () => {
  await expect(port.scale({ role: 'worker', pods: { min: 1, max: 1 } }, ADA)).rejects.toMatchObject(
    { code: 'GATI_OPERATE' },
  );
  expect([changes(), notes()]).toEqual([[], {}]);
});

test('returns to an earlier revision without writing what pods run', async () => {
  // The controllers start the pods.
  const path = `apis/apps/v1/namespaces/shop-production/deployments/shop-core-${before}`;
  const found = api.objects.get(path)!;
  api.objects.set(path, { ...found, status: statusOf(2) });
  await port.rollBack({ revision: before, live }, ADA);
  await until('the rollback ends', () => /done|failed/.test(notes()['change'] ?? ''));
  await until('the old pods end', () => changes().length === 4);
  expect(JSON.parse(notes()['change']!)).toMatchObject({
    what: 'rollback',
    to: '1.0.0',
    state: 'done',
  });
  expect(changes()).toEqual([
    `PATCH deployments/shop-core-${before}/scale`,
    'PATCH services/shop',
    'PATCH poddisruptionbudgets/shop',
    `PATCH deployments/shop-core-${live}/scale`,
  ]);
  expect(JSON.parse(notes()['rolled-back']!)).toEqual({
    ...ADA,
    release: 'rel_2.0.0',
    version: '2.0.0',
  });
});

test('does not return to a revision after another deploy', async () => {
  const wanted = { revision: before, live: 'ffffffffff' };
  await expect(port.rollBack(wanted, ADA)).rejects.toMatchObject({
    message: expect.stringContaining('another release became live'),
  });
  expect([changes(), notes()]).toEqual([[], {}]);
});

test('changes nothing while a deploy runs', async () => {
  const now = new Date().toISOString();
  const lease = 'apis/coordination.k8s.io/v1/namespaces/shop-production/leases';
  api.objects.set(`${lease}/gati-deploy-shop-production`, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'gati-deploy-shop-production' },
    spec: {
      holderIdentity: 'ci@runner',
      leaseDurationSeconds: 60,
      acquireTime: now,
      renewTime: now,
    },
  });
  await expect(port.scale({ role: 'core', pods: { min: 3, max: 3 } }, ADA)).rejects.toMatchObject({
    code: 'GATI_DEPLOY_BUSY',
  });
  expect((await port.report()).busy).toMatchObject({ holder: 'ci@runner' });
  expect([changes(), notes()]).toEqual([[], {}]);
});

test.each(['', 'a/b', 'a/b/c/d', '../b/c', 'A/b/c'])('rejects the place %j', (text) => {
  expect(() => parsePlace(text)).toThrow('GATI_CLUSTER is not NAMESPACE/APP/ENVIRONMENT');
});
