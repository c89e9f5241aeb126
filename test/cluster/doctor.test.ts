import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { neededPermissions } from '../../packages/deployers/core/src/doctor/permissions.ts';
import { startRegistry } from '../../packages/deployers/core/test/helpers/docker-registry.ts';
import type { TestServer } from '../servers/process.ts';
import { startControlPlane, type TestCluster } from './control-plane.ts';
import { createApp, createStubApp, type DeployedApp } from './helpers/app.ts';
import { openCluster, playController } from './helpers/play-controller.ts';

const cluster = await startControlPlane();
const registry = await startRegistry();
const missing = [cluster, registry].flatMap((each) => ('reason' in each ? [each.reason] : []));
const controller = 'reason' in cluster ? undefined : await playController(cluster);
if (!controller) missing.push('no address but loopback');
if (missing.length > 0)
  process.stderr.write(`\n  !! NO CLUSTER was checked before a deploy: ${missing.join('; ')}\n\n`);

interface Doctor {
  ok: boolean;
  checks: { name: string; state: string; why: string; fix?: string }[];
}

const NAMESPACE = 'shop-production';
const RBAC = 'apis/rbac.authorization.k8s.io/v1';

describe.skipIf(missing.length > 0)('gati-deploy doctor', () => {
  const client = openCluster(cluster as TestCluster);
  let app: DeployedApp;
  let settings: string;

  const post = (place: string, body: object): Promise<unknown> =>
    client.call('create', { method: 'POST', path: place, body });
  const examine = async (): Promise<{
    code: number | null;
    checks: Record<string, Doctor['checks'][0]>;
  }> => {
    const { code, document } = await app.deploy('doctor');
    const { checks } = document as unknown as Doctor;
    return { code, checks: Object.fromEntries(checks.map((each) => [each.name, each])) };
  };

  beforeAll(async () => {
    const { folder, url } = cluster as TestCluster;
    const stub = await createStubApp(
      cluster as TestCluster,
      new URL((registry as TestServer).url).host,
    );
    settings = fs.readFileSync(path.join(stub.folder, 'gati.deploy.yaml'), 'utf8');
    await post('api/v1/namespaces', { metadata: { name: NAMESPACE } });
    const accounts = `api/v1/namespaces/${NAMESPACE}/serviceaccounts`;
    await post(accounts, { metadata: { name: 'ci' } });
    const request = await client.call('token', {
      method: 'POST',
      path: `${accounts}/ci/token`,
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
    });
    const { token } = request['status'] as { token: string };
    const kubeconfig = path.join(stub.folder, 'ci.kubeconfig');
    const ca = path.join(folder, 'pki/ca.pem');
    fs.writeFileSync(
      kubeconfig,
      JSON.stringify({
        'current-context': 'ci',
        contexts: [{ name: 'ci', context: { cluster: 'ci', user: 'ci' } }],
        clusters: [{ name: 'ci', cluster: { server: url, 'certificate-authority': ca } }],
        users: [{ name: 'ci', user: { token } }],
      }),
    );
    app = createApp({ kubeconfig }, stub.folder);
  });
  afterAll(async () => {
    await controller?.stop();
    await (cluster as TestCluster).stop();
    await (registry as TestServer).stop();
  });

  /** Gives the account permissions, in the namespace or the cluster. */
  async function grant(isCluster: boolean, rules: object[]): Promise<void> {
    const kind = isCluster ? 'ClusterRole' : 'Role';
    const folder = isCluster ? RBAC : `${RBAC}/namespaces/${NAMESPACE}`;
    await post(`${folder}/${kind.toLowerCase()}s`, { metadata: { name: 'deploy' }, rules });
    await post(`${folder}/${kind.toLowerCase()}bindings`, {
      metadata: { name: 'deploy' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: 'deploy' },
      subjects: [{ kind: 'ServiceAccount', name: 'ci', namespace: NAMESPACE }],
    });
  }

  test('names the missing permissions, and a deploy works with exactly those', async () => {
    const before = await examine();
    expect(before.code).toBe(1);
    expect(before.checks['cluster']).toMatchObject({ state: 'ok' });
    expect(before.checks['registry']).toMatchObject({ state: 'ok' });
    expect(before.checks['permissions']).toMatchObject({ state: 'failed' });
    expect(before.checks['permissions']!.why).toContain('create deployments.apps');
    const needed = neededPermissions({});
    await grant(
      false,
      needed.map(({ verb, group, resource }) => ({
        apiGroups: [group],
        resources: [resource],
        verbs: [verb],
      })),
    );
    await grant(true, [{ apiGroups: [''], resources: ['namespaces'], verbs: ['get'] }]);
    const after = await examine();
    expect(after.checks['permissions']).toMatchObject({ state: 'ok' });
    expect(after.checks['architecture']).toMatchObject({ state: 'skipped' });
    expect(after.checks['quota']).toMatchObject({ state: 'skipped' });
    expect(after.code).toBe(0);
    const { code, stderr } = await app.deploy('kubernetes');
    expect(code, stderr).toBe(0);
  });

  test('finds nodes that the image is not for, and a quota without room', async () => {
    await post(`${RBAC}/clusterroles`, {
      metadata: { name: 'look' },
      rules: [{ apiGroups: [''], resources: ['nodes', 'resourcequotas'], verbs: ['list'] }],
    });
    await post(`${RBAC}/clusterrolebindings`, {
      metadata: { name: 'look' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'look' },
      subjects: [{ kind: 'ServiceAccount', name: 'ci', namespace: NAMESPACE }],
    });
    await post('api/v1/nodes', { metadata: { name: 'n1' } });
    const update = (place: string, status: object): Promise<unknown> =>
      client.call('status', {
        method: 'PATCH',
        path: `${place}/status`,
        contentType: 'application/merge-patch+json',
        body: { status },
      });
    await update('api/v1/nodes/n1', {
      nodeInfo: { operatingSystem: 'linux', architecture: 'riscv64' },
    });
    const quotas = `api/v1/namespaces/${NAMESPACE}/resourcequotas`;
    const hard = { 'requests.cpu': '1', pods: '10' };
    await post(quotas, { metadata: { name: 'team' }, spec: { hard } });
    await update(`${quotas}/team`, { hard, used: { 'requests.cpu': '950m', pods: '1' } });
    const { code, checks } = await examine();
    expect(code).toBe(1);
    expect(checks['architecture']).toMatchObject({ state: 'failed' });
    expect(checks['architecture']!.why).toContain('linux/riscv64');
    expect(checks['quota']!.why).toContain('team allows 1 of requests.cpu, 950m is used');
  });

  test('says what is wrong with a registry, a context and a cluster that does not respond', async () => {
    app.configure('image:\n  repository: 127.0.0.1:9/shop\nkubernetes:\n  context: other\n');
    const wrong = await examine();
    expect(wrong.code).toBe(1);
    expect(wrong.checks['registry']).toMatchObject({ state: 'failed' });
    expect(wrong.checks['credentials']!.why).toContain('other');
    for (const { state, fix } of Object.values(wrong.checks))
      if (state === 'failed') expect(fix).not.toBe('');
    app.configure(settings);
  });
});
