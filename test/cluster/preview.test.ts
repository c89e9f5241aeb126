import fs from 'node:fs';
import path from 'node:path';
import { runProcess } from '@gati/test-kit/processes';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startRegistry } from '../../packages/deployers/core/test/helpers/docker-registry.ts';
import type { TestServer } from '../servers/process.ts';
import { startControlPlane, type TestCluster } from './control-plane.ts';
import { createStubApp, type DeployedApp } from './helpers/app.ts';
import { openCluster, playController } from './helpers/play-controller.ts';

const cluster = await startControlPlane();
const registry = await startRegistry();
const missing = [cluster, registry].flatMap((each) => ('reason' in each ? [each.reason] : []));
const controller = 'reason' in cluster ? undefined : await playController(cluster);
if (!controller) missing.push('no address but loopback');
if (missing.length > 0)
  process.stderr.write(`\n  !! NO PREVIEW was tried: ${missing.join('; ')}\n\n`);

interface PreviewDocument {
  preview: { name: string; url: string; expires: string; changes: unknown[] | null };
  previews: { name: string; url: string }[];
  deleted: string[];
}

describe.skipIf(missing.length > 0)('a preview', () => {
  const client = openCluster(cluster as TestCluster);
  const namespaces = 'api/v1/namespaces';
  let app: DeployedApp;

  const preview = async (...args: string[]) => {
    const { document, ...result } = await app.deploy('preview', ...args);
    return { ...result, document: document as unknown as PreviewDocument };
  };

  beforeAll(async () => {
    app = await createStubApp(cluster as TestCluster, new URL((registry as TestServer).url).host);
    const file = path.join(app.folder, 'gati.deploy.yaml');
    app.configure(`${fs.readFileSync(file, 'utf8')}
scale: { min: 3, max: 5 }
workers: {}
url: https://shop.example.com
kubernetes: { namespace: shop-live, ingress: nginx }
env:
  GATI_EFFECTS: { secret: queue, key: url }
  GATI_DATABASE: { secret: database, key: url }
environments:
  preview:
    url: https://{preview}.shop.invalid
    env: { TOKEN: { secret: token, key: value } }
`);
  });
  afterAll(async () => {
    await controller?.stop();
    await (cluster as TestCluster).stop();
    await (registry as TestServer).stop();
  });

  test('gets only Secrets that are labelled for it', async () => {
    const refused = await preview('pr-12');
    expect(refused.code).toBe(1);
    expect(refused.document).toMatchObject({ errors: [{ code: 'GATI_DEPLOY_CONFIG' }] });
    expect(refused.stderr).toContain('the Secret token');
    await client.call('namespace', {
      method: 'POST',
      path: namespaces,
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop-live' } },
    });
    await client.call('secret', {
      method: 'POST',
      path: `${namespaces}/shop-live/secrets`,
      body: {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'token', labels: { 'gati.dev/preview': 'allow' } },
        stringData: { value: 'for-everybody' },
      },
    });
  });

  test('has one pod, its own queue and host, and is removed by the cluster', async () => {
    const { code, document, stdout, stderr } = await preview('pr-12', '--ttl', '2h');
    // The host of the preview does not resolve, so the deploy is pending.
    expect(code, stderr).toBe(3);
    expect(stdout).not.toContain('for-everybody');
    expect(document.preview).toMatchObject({
      name: 'pr-12',
      url: 'https://pr-12.shop.invalid',
      changes: null,
    });
    const deployments = await client.list('apis/apps/v1/namespaces/shop-pr-12/deployments');
    expect(deployments).toHaveLength(1);
    const { replicas, template } = deployments[0]!['spec'] as {
      replicas: number;
      template: { spec: { containers: { env: { name: string; value?: string }[] }[] } };
    };
    expect(replicas).toBe(1);
    const env = template.spec.containers[0]!.env;
    expect(env.find(({ name }) => name === 'GATI_EFFECTS')?.value).toBe('sqlite:/data/effects.db');
    expect(env.map(({ name }) => name)).not.toContain('GATI_DATABASE');
    const [job] = await client.list('apis/batch/v1/namespaces/shop-pr-12/cronjobs');
    const { schedule, jobTemplate } = job!['spec'] as {
      schedule: string;
      jobTemplate: { spec: { template: { spec: { serviceAccountName: string } } } };
    };
    const at = new Date(Date.parse(document.preview.expires) + 60_000);
    expect(schedule).toBe(
      `${at.getUTCMinutes()} ${at.getUTCHours()} ${at.getUTCDate()} ${at.getUTCMonth() + 1} *`,
    );
    const user = jobTemplate.spec.template.spec.serviceAccountName;
    const may = async (verb: string, resource: string, namespace: string): Promise<unknown> => {
      const review = await client.call('review', {
        method: 'POST',
        path: 'apis/authorization.k8s.io/v1/subjectaccessreviews',
        body: {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SubjectAccessReview',
          spec: {
            user: `system:serviceaccount:shop-pr-12:${user}`,
            resourceAttributes: { verb, resource, namespace, name: namespace },
          },
        },
      });
      return (review['status'] as { allowed: boolean }).allowed;
    };
    expect(await may('delete', 'namespaces', 'shop-pr-12')).toBe(true);
    expect(await may('delete', 'namespaces', 'shop-live')).toBe(false);
    expect(await may('get', 'secrets', 'shop-pr-12')).toBe(false);
  });

  test('is removed by the program of its CronJob', async () => {
    const [job] = await client.list('apis/batch/v1/namespaces/shop-pr-12/cronjobs');
    const { jobTemplate } = job!['spec'] as {
      jobTemplate: {
        spec: {
          template: { spec: { serviceAccountName: string; containers: { args: string[] }[] } };
        };
      };
    };
    const { serviceAccountName, containers } = jobTemplate.spec.template.spec;
    const token = await client.call('token', {
      method: 'POST',
      path: `${namespaces}/shop-pr-12/serviceaccounts/${serviceAccountName}/token`,
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
    });
    // Files that a node would mount into the pod.
    const mounted = `${temporaryFolder('sweeper')}/`;
    const { folder, url } = cluster as TestCluster;
    fs.copyFileSync(path.join(folder, 'pki/ca.pem'), `${mounted}ca.crt`);
    fs.writeFileSync(`${mounted}token`, (token['status'] as { token: string }).token);
    fs.writeFileSync(`${mounted}namespace`, 'shop-pr-12');
    const args = containers[0]!.args.map((each) =>
      each.replace('/var/run/secrets/kubernetes.io/serviceaccount/', mounted),
    );
    const { hostname, port } = new URL(url);
    const env = {
      ...process.env,
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
    };
    const { code, stderr } = await runProcess(process.execPath, args, { env });
    expect(code, stderr).toBe(0);
    const found = await client.get(`${namespaces}/shop-pr-12`);
    expect(found!.metadata.deletionTimestamp).toBeDefined();
    expect((await preview('list')).document.previews).toEqual([]);
  });

  test('never takes the namespace of something else', async () => {
    for (const [name, code] of [
      ['live', 1],
      ['PR_1', 2],
      ['', 2],
    ] as const)
      expect((await preview(name)).code, name).toBe(code);
  });

  test('is listed and deleted, and removed by a later preview when its time is up', async () => {
    const file = path.join(app.folder, 'gati.deploy.yaml');
    const settings = fs.readFileSync(file, 'utf8');
    // Without a host for each preview, the address is that of the Service.
    app.configure(settings.replace('https://{preview}.shop.invalid', 'https://shop.example.com'));
    const names = async (): Promise<string[]> =>
      (await preview('list')).document.previews.map(({ name }) => name);
    const first = await preview('pr-13');
    expect(first.code, first.stderr).toBe(0);
    expect(first.document.preview.url).toBe('http://shop.shop-pr-13.svc');
    expect(await client.list('apis/networking.k8s.io/v1/namespaces/shop-pr-13/ingresses')).toEqual(
      [],
    );
    expect(await names()).toEqual(['pr-13']);
    await client.call('expire', {
      method: 'PATCH',
      path: `${namespaces}/shop-pr-13`,
      contentType: 'application/merge-patch+json',
      body: { metadata: { annotations: { 'gati.dev/expires': '2020-01-01T00:00:00Z' } } },
    });
    expect((await preview('pr-14')).code).toBe(0);
    expect(await names()).toEqual(['pr-14']);
    expect((await preview('delete', 'pr-14')).document.deleted).toEqual(['pr-14']);
    expect((await preview('delete', 'pr-14')).document.deleted).toEqual([]);
    expect(await names()).toEqual([]);
  });
});
