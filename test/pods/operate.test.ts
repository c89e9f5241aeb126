import fs from 'node:fs';
import path from 'node:path';
import { once } from 'node:events';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { until } from '@gati/test-kit/wait';
import type { KubeObject } from '../../packages/deployers/core/src/kube/cluster.ts';
import { pathOf } from '../../packages/deployers/core/src/kube/kinds.ts';
import { createPodsApp, findPods, type PodsApp, printSettings } from './helpers/app.ts';
import { startLoad } from './helpers/load.ts';

const pods = findPods();
const SCALED = 'scale: { min: 1, max: 3, cpu: 50 } # by load\n';

describe.skipIf(!pods)('an app that runs on a cluster', () => {
  let app: PodsApp;
  let settings: string;
  const configure = (scale: string): void => {
    settings = printSettings(pods!, 'operate', `kubernetes: { service: NodePort }\n${scale}`);
    app.configure(settings);
  };
  const namespaced = (group: string, plural: string, name: string): string =>
    `${group}/namespaces/${app.namespace}/${plural}/${name}`;
  /** Changes an object as a person with another tool does. */
  const edit = async (at: string, body: object): Promise<void> => {
    await app.client.call('editing', {
      method: 'PATCH',
      path: at,
      query: { fieldManager: 'kubectl-edit' },
      contentType: 'application/strategic-merge-patch+json',
      body,
    });
  };
  const live = async (): Promise<
    { version: string; replicas: number; ready: number } | undefined
  > => (await app.deploy('status')).document.revisions?.find(({ replicas }) => replicas > 0);
  const replicas = async (): Promise<number> => (await live())?.replicas ?? 0;
  const message = async (): Promise<string> => {
    const response = await fetch(`${await app.address()}/hello/Ada`);
    return ((await response.json()) as { message: string }).message;
  };

  beforeAll(async () => {
    app = createPodsApp(pods!, 'operate', '');
    configure(SCALED);
    await app.build();
    const first = await app.deploy('kubernetes');
    expect(first, first.stderr).toMatchObject({ code: 0 });
    await until('the Service responds', message);
  });

  test('gets more pods under load, keeps them through a deploy, and loses them after it', async () => {
    const load = startLoad(`${await app.address()}/hello/Ada`, { connections: 16, pause: 0 });
    await until('the autoscaler adds pods', async () => (await replicas()) > 1, {
      within: 180_000,
    });
    app.edit('Hello', 'Hi');
    await app.build();
    const seen = await replicas();
    const deployed = await app.deploy('kubernetes');
    expect(deployed, deployed.stderr).toMatchObject({ code: 0, document: { result: 'live' } });
    expect(await replicas()).toBeGreaterThanOrEqual(Math.min(seen, 2));
    const { failures } = await load.stop();
    expect(failures).toEqual([]);
    await until('the autoscaler removes pods', async () => (await replicas()) === 1, {
      within: 180_000,
    });
  });

  test('prints the logs of its pods', async () => {
    await until('pods of the load have ended', async () => (await app.pods()).length === 1);
    const { code, stdout } = await app.run('logs', '--lines', '5');
    expect(code).toBe(0);
    const [pod] = await app.pods();
    expect(stdout).toContain(pod!.metadata.name);
    expect(stdout.trim().split('\n').length).toBeLessThanOrEqual(5);
    expect(stdout).toContain('"level":"info"');
  });

  test('gets the number of pods that `scale` names', async () => {
    const scaled = await app.deploy('scale', '2');
    expect(scaled, scaled.stderr).toMatchObject({ code: 0, document: { result: 'live' } });
    expect(await live()).toMatchObject({ replicas: 2, ready: 2 });
    const { stdout } = await app.run('logs', '--lines', '2');
    const pods = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ', 1)[0]);
    expect(new Set(pods).size).toBe(2);
    expect(pods).toHaveLength(4);
    expect((await app.deploy('kubernetes')).code).toBe(0);
  });

  test('shows changes of other tools, and reverts them', async () => {
    expect(await app.deploy('drift')).toMatchObject({ code: 0, document: { drift: [] } });
    const service = namespaced('api/v1', 'services', 'operate');
    await edit(service, { spec: { ports: [{ port: 80, targetPort: 4000 }] } });
    const budget = namespaced('apis/policy/v1', 'poddisruptionbudgets', 'operate');
    await app.client.call('deleting', { method: 'DELETE', path: budget });
    const found = await app.deploy('drift');
    expect(found.code).toBe(1);
    const facts = (found.document.drift ?? []).map(({ object, path: at, by }) => [object, at, by]);
    expect(facts).toEqual([
      ['PodDisruptionBudget operate', '', null],
      ['Service operate', 'spec.ports[http].targetPort', 'kubectl-edit'],
    ]);
    const repaired = await app.deploy('drift', '--repair');
    expect(repaired, repaired.stderr).toMatchObject({ code: 0 });
    expect(await app.deploy('drift')).toMatchObject({ code: 0 });
    // kube-proxy opens the port of the repaired Service a moment later.
    await until('the Service responds', message);
    expect(await message()).toBe('Hi, Ada!');
  });

  test('shows what other tools added, and removes it', async () => {
    const said = await message();
    const service = namespaced('api/v1', 'services', 'operate');
    await edit(service, { spec: { ports: [{ name: 'extra', port: 81, targetPort: 3000 }] } });
    const revision = (await app.deploy('status')).document.live;
    const deployment = namespaced('apis/apps/v1', 'deployments', `operate-core-${revision}`);
    const env = [{ name: 'DEBUG', value: 'moon' }];
    await edit(deployment, {
      spec: { template: { spec: { containers: [{ name: 'app', env }] } } },
    });
    const found = await app.deploy('drift');
    const facts = (found.document.drift ?? []).map(({ object, path: at, by }) => [object, at, by]);
    expect(facts).toEqual([
      [
        `Deployment operate-core-${revision}`,
        'spec.template.spec.containers[app].env[DEBUG]',
        'kubectl-edit',
      ],
      ['Service operate', 'spec.ports[extra]', 'kubectl-edit'],
    ]);
    const repaired = await app.deploy('drift', '--repair');
    expect(repaired, repaired.stderr).toMatchObject({ code: 0 });
    expect(await app.deploy('drift')).toMatchObject({ code: 0, document: { drift: [] } });
    expect(await message()).toBe(said);
  });

  test('keeps its number of pods when `scale` fails', async () => {
    const before = await live();
    const quotas = namespaced('api/v1', 'resourcequotas', '').replace(/\/$/, '');
    const spec = { hard: { pods: String(before!.replicas) } };
    const body = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'full' }, spec };
    await app.client.call('creating', { method: 'POST', path: quotas, body });
    const failed = await app.deploy('scale', String(before!.replicas + 1));
    expect(failed.code, failed.stderr).toBe(1);
    expect(failed.document.errors![0]!.message).toContain('exceeded quota');
    await app.client.call('deleting', { method: 'DELETE', path: `${quotas}/full` });
    expect(await live()).toMatchObject({ replicas: before!.replicas, ready: before!.ready });
    expect(await app.deploy('drift')).toMatchObject({ code: 0 });
  });

  test('takes values of other tools into its settings, and keeps the comments', async () => {
    const autoscalers = 'horizontalpodautoscalers';
    await edit(namespaced('apis/autoscaling/v2', autoscalers, 'operate'), {
      spec: { maxReplicas: 4 },
    });
    const adopted = await app.deploy('drift', '--adopt');
    expect(adopted, adopted.stderr).toMatchObject({
      code: 0,
      document: { adopted: ['scale.max'] },
    });
    const text = fs.readFileSync(path.join(app.folder, 'gati.deploy.yaml'), 'utf8');
    expect(text).toMatch(/max: 4.*# by load/);
    const deployed = await app.deploy('kubernetes');
    expect(deployed, deployed.stderr).toMatchObject({ code: 0 });
    expect(await app.deploy('drift')).toMatchObject({ code: 0 });
  });

  test('gets the release of a deploy that was stopped, by `attach`', async () => {
    app.edit('Hi', 'Salut');
    await app.build();
    const before = await app.deploy('status');
    const known = before.document.revisions!.length;
    const child = app.start('kubernetes');
    const ended = once(child, 'exit');
    await until('the pods are created', async () => {
      const { document } = await app.deploy('status');
      return document.revisions!.length > known;
    });
    child.kill('SIGINT');
    await ended;
    expect(await message()).toBe('Hi, Ada!');
    const attached = await app.deploy('attach');
    expect(attached, attached.stderr).toMatchObject({ code: 0, document: { result: 'live' } });
    await until('the new release responds', async () => (await message()) === 'Salut, Ada!');
    expect(await app.deploy('attach')).toMatchObject({ document: { result: 'unchanged' } });
  });

  test('returns to the release before, without a failed request', async () => {
    const load = startLoad(`${await app.address()}/hello/Ada`);
    const back = await app.deploy('rollback');
    expect(back, back.stderr).toMatchObject({ code: 0, document: { result: 'live' } });
    await until('the old release responds', async () => (await message()) === 'Hi, Ada!');
    const { failures } = await load.stop();
    expect(failures).toEqual([]);
  });

  test('has objects that `render` prints and the API server accepts', async () => {
    const { stdout, stderr } = await app.run('render');
    const objects = parseAllDocuments(stdout).map((each) => each.toJS() as KubeObject);
    expect(
      objects.map(({ kind }) => kind),
      stderr,
    ).toContain('HorizontalPodAutoscaler');
    for (const object of objects)
      await app.client.call(`applying ${object.kind}`, {
        method: 'PATCH',
        path: pathOf(object),
        query: {
          fieldManager: 'argocd',
          fieldValidation: 'Strict',
          dryRun: 'All',
          force: 'true',
        },
        contentType: 'application/apply-patch+yaml',
        body: object,
      });
  });

  test('leaves the objects of others when it is destroyed', async () => {
    const secrets = `api/v1/namespaces/${app.namespace}/secrets`;
    const labels = { 'gati.dev/app': 'operate', 'gati.dev/env': 'production' };
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'foreign', labels } };
    const maps = secrets.replace('secrets', 'configmaps');
    await app.client.call('creating', { method: 'POST', path: maps, body });
    expect((await app.deploy('destroy', '--yes')).code).toBe(0);
    await until('the pods end', async () => (await app.pods()).length === 0);
    expect(await app.client.get(`${maps}/foreign`)).toBeDefined();
    const services = await app.client.list(secrets.replace('secrets', 'services'));
    expect(services).toEqual([]);
  });
});
