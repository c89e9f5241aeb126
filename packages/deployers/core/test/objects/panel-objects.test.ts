import { expect, test } from 'vitest';
import type { Settings } from '../../src/config/settings.ts';
import type { KubeObject } from '../../src/kube/cluster.ts';
import { createObjects } from '../../src/objects/objects.ts';
import { panelSettings } from '../../src/objects/panel-objects.ts';
import { toTarget } from '../../src/objects/target.ts';

const RELEASE = { id: 'rel_1', version: '1.0.0', image: 'r.example.com/shop@sha256:1' };
const SETTINGS: Settings = {
  panel: true,
  url: 'https://shop.example/',
  workers: { min: 2 },
  domains: { payments: {} },
  env: { GATI_DATABASE: 'postgres://db', API_KEY: 'secret' },
};

const create = (settings: Settings): ReturnType<typeof createObjects> =>
  createObjects(toTarget('shop', 'production', settings), { ...RELEASE, migrates: true });

interface Pod {
  serviceAccountName: string;
  automountServiceAccountToken: boolean;
  containers: { env: { name: string; value?: string }[] }[];
}

const podOf = (object: KubeObject): Pod =>
  (object['spec'] as { template: { spec: Pod } }).template.spec;

test('gives only the pods that serve the panel access to the cluster', () => {
  const { deployments, migration } = create(SETTINGS);
  const [core, ...others] = deployments.map(podOf);
  expect(core).toMatchObject({
    serviceAccountName: 'shop-panel',
    automountServiceAccountToken: true,
  });
  expect(core!.containers[0]!.env).toContainEqual({
    name: 'GATI_CLUSTER',
    value: 'shop-production/shop/production',
  });
  expect(core!.containers[0]!.env).toContainEqual({
    name: 'GATI_PANEL_ORIGIN',
    value: 'https://shop.example',
  });
  expect(others).toHaveLength(2);
  for (const pod of [...others, podOf(migration!)]) {
    expect(pod).toMatchObject({ serviceAccountName: 'shop', automountServiceAccountToken: false });
    expect(pod.containers[0]!.env.map(({ name }) => name)).not.toContain('GATI_CLUSTER');
  }
});

test('lets the panel change numbers of pods and Services, and nothing that pods run', () => {
  const role = create(SETTINGS).foundation.find(({ kind }) => kind === 'Role');
  const rules = role!['rules'] as {
    resources: string[];
    verbs: string[];
    resourceNames?: string[];
  }[];
  const writes = rules.flatMap(({ resources, verbs, resourceNames }) =>
    verbs
      .filter((verb) => !['get', 'list'].includes(verb))
      .map((verb) => `${verb} ${resources.join()} ${resourceNames?.join() ?? '*'}`),
  );
  const all = 'shop,shop-routes-payments,shop-worker';
  expect(writes.sort()).toEqual(
    [
      'create horizontalpodautoscalers *',
      'create leases *',
      'delete horizontalpodautoscalers ' + all,
      'delete leases gati-deploy-shop-production',
      'patch configmaps shop-panel',
      'patch deployments/scale *',
      'patch horizontalpodautoscalers ' + all,
      'patch httproutes shop',
      'patch ingresses shop',
      'patch poddisruptionbudgets ' + all,
      'patch services shop,shop-routes-payments',
      'update leases gati-deploy-shop-production',
      'update secrets shop-panel',
    ].sort(),
  );
  const reads = rules.filter(({ resources }) => resources.includes('secrets'));
  expect(reads.map(({ resourceNames }) => resourceNames)).toEqual([['shop-panel']]);
});

test('keeps the values of `env` out of the settings that pods can read', () => {
  expect(panelSettings(SETTINGS)).toEqual({
    panel: true,
    url: 'https://shop.example/',
    workers: { min: 2 },
    domains: { payments: {} },
  });
});

test('creates no object for an app without the setting', () => {
  const { foundation, deployments } = create({});
  expect(foundation.map(({ kind }) => kind)).toEqual([
    'ConfigMap',
    'ServiceAccount',
    'NetworkPolicy',
  ]);
  expect(podOf(deployments[0]!)).toMatchObject({ automountServiceAccountToken: false });
});
