import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { until } from '@gati/test-kit/wait';
import { startRegistry } from '../../packages/deployers/core/test/helpers/docker-registry.ts';
import type { TestServer } from '../servers/process.ts';
import { type AuditEvent, startControlPlane, type TestCluster } from './control-plane.ts';
import { createStubApp, type DeployedApp } from './helpers/app.ts';
import { type Controller, openCluster, playController } from './helpers/play-controller.ts';

const cluster = await startControlPlane();
const registry = await startRegistry();
const missing = [cluster, registry].flatMap((each) => ('reason' in each ? [each.reason] : []));
const controller = 'reason' in cluster ? undefined : await playController(cluster);
if (!controller) missing.push('no address but loopback');
if (missing.length > 0)
  process.stderr.write(
    `\n  !! NO DEPLOY was tried against an API server: ${missing.join('; ')}\n\n`,
  );

const NAMESPACE = 'shop-production';
/** Resources that a deploy never writes, and its lease. */
const PLAYED = new Set(['pods', 'endpoints', 'leases']);

describe.skipIf(missing.length > 0)('a deploy to an API server', () => {
  const api = cluster as TestCluster;
  const client = openCluster(api);
  let app: DeployedApp;
  let settings: string;

  beforeAll(async () => {
    app = await createStubApp(api, new URL((registry as TestServer).url).host);
    settings = fs.readFileSync(path.join(app.folder, 'gati.deploy.yaml'), 'utf8');
  });
  beforeEach(() => {
    app.configure(settings);
    const { readyOf, answerOf } = ALL_WELL;
    Object.assign(controller as Controller, { readyOf, answerOf });
  });
  afterAll(async () => {
    await controller?.stop();
    await api.stop();
    await (registry as TestServer).stop();
  });

  /** Requests with which `gati-deploy` wrote anything except its lease. */
  const writesSince = (start: number): AuditEvent[] =>
    api
      .audit()
      .slice(start)
      .filter(
        ({ userAgent, objectRef: { resource = '', subresource } = {} }) =>
          // The played controllers use the same client.
          userAgent === 'gati-deploy' && !PLAYED.has(resource) && subresource !== 'status',
      );
  const writesOf = async (work: () => Promise<unknown>): Promise<AuditEvent[]> => {
    const start = api.audit().length;
    await work();
    return writesSince(start);
  };
  const release = (version: string): void => {
    const file = path.join(app.folder, 'dist/gati.manifest.json');
    const manifest = JSON.parse(fs.readFileSync(file, 'utf8')) as { release: object };
    const id = `rel_${version.replaceAll('.', '').padStart(16, '0')}`;
    Object.assign(manifest.release, { version, id });
    fs.writeFileSync(file, JSON.stringify(manifest));
  };
  const live = async (): Promise<string | undefined> =>
    (await app.deploy('status')).document.revisions?.find(({ replicas }) => replicas > 0)?.version;

  test('creates the objects, and a second one without a change writes nothing', async () => {
    release('1.0.0');
    const first = await app.deploy('kubernetes');
    expect(first, first.stderr).toMatchObject({
      code: 0,
      document: { result: 'live', before: null },
    });
    const writes = await writesOf(async () => {
      const second = await app.deploy('kubernetes');
      expect(second.document).toMatchObject({ result: 'unchanged' });
    });
    expect(writes).toEqual([]);
    expect(await client.list(`apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases`)).toEqual(
      [],
    );
  });

  test('moves to the next release, whose plan is what the audit log has', async () => {
    release('1.1.0');
    await app.run('image');
    const { document: plan } = await app.deploy('plan', '--out', 'plan.json');
    const before = await writesOf(async () => {
      expect((await app.deploy('kubernetes', '--dry-run')).code).toBe(0);
    });
    expect(before.filter(({ requestURI }) => !requestURI.includes('dryRun=All'))).toEqual([]);
    const writes = await writesOf(async () => {
      const applied = await app.deploy('apply', 'plan.json');
      expect(applied, applied.stderr).toMatchObject({ code: 0, document: { result: 'live' } });
    });
    const planned = (plan.steps as { kind: string; object?: unknown }[]).filter(
      ({ kind }) => !['wait', 'verify'].includes(kind),
    );
    expect(writes).toHaveLength(planned.length);
    for (const [index, step] of planned.entries())
      if (step.kind === 'apply') expect(writes[index]!.requestObject).toEqual(step.object);
    expect(await live()).toBe('1.1.0');
    const again = await app.deploy('apply', 'plan.json');
    expect(again.document.errors ?? []).toEqual([]);
  });

  test('returns to the earlier release, and to the later one again', async () => {
    const back = await app.deploy('rollback');
    expect(back, back.stderr).toMatchObject({ code: 0, document: { result: 'live' } });
    expect(await live()).toBe('1.0.0');
    expect((await app.deploy('rollback', '1.1.0')).code).toBe(0);
    expect(await live()).toBe('1.1.0');
    const unknown = await app.deploy('rollback', '9.9.9');
    expect(unknown).toMatchObject({ code: 1 });
    expect(unknown.document.errors![0]!.fix).toContain('1.0.0');
  });

  test('whose pods never become ready leaves the old release as it was', async () => {
    controller!.readyOf = ({ metadata }, replicas) =>
      metadata.labels!['gati.dev/version'] === '1.2.0' ? 0 : replicas;
    release('1.2.0');
    app.configure(`${settings}rollout:\n  timeout: 2s\n`);
    const failed = await app.deploy('kubernetes');
    expect(failed).toMatchObject({ code: 1, document: { result: 'rolled-back' } });
    expect(failed.document.errors![0]).toMatchObject({ code: 'GATI_DEPLOY_ROLLOUT' });
    expect(failed.document.errors![0]!.message).toContain('`rollout.timeout` (2 s) is over');
    expect(await live()).toBe('1.1.0');
    const { document } = await app.deploy('status');
    expect(document.revisions!.map(({ version }) => version)).not.toContain('1.2.0');
  });

  test('whose release does not respond through the Service leads back to the old one', async () => {
    controller!.answerOf = () => 'rel_ffffffffffffffff';
    release('1.3.0');
    const failed = await app.deploy('kubernetes');
    expect(failed).toMatchObject({ code: 1, document: { result: 'rolled-back' } });
    expect(failed.document.rolledBack!.join()).toContain('lead Service shop back');
    expect(await live()).toBe('1.1.0');
  });

  test('names the tool that owns a field, and takes it over when asked to', async () => {
    release('1.1.0');
    const name = `apis/networking.k8s.io/v1/namespaces/${NAMESPACE}/networkpolicies/shop`;
    await client.call('edit', {
      method: 'PATCH',
      path: name,
      query: { fieldManager: 'kubectl-edit' },
      contentType: 'application/merge-patch+json',
      body: { spec: { policyTypes: ['Ingress', 'Egress'] } },
    });
    const refused = await app.deploy('kubernetes');
    expect(refused).toMatchObject({
      code: 1,
      document: { errors: [{ code: 'GATI_DEPLOY_CONFLICT' }] },
    });
    expect(refused.document.errors![0]!.message).toMatch(/spec\.policyTypes.*kubectl-edit/);
    expect(await app.deploy('kubernetes', '--take-over')).toMatchObject({ code: 0 });
    expect((await client.get(name))!['spec']).toMatchObject({ policyTypes: ['Ingress'] });
  });

  test('is rejected while another one runs, and works when its lease has ended', async () => {
    release('1.4.0');
    const folder = `apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases`;
    const now = Date.now();
    const spec = {
      holderIdentity: 'ci@builder 1-a',
      leaseDurationSeconds: 20,
      renewTime: new Date(now).toISOString().replace('Z', '000Z'),
    };
    const lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'gati-deploy-shop-production' },
      spec,
    };
    const stored = await client.call('lease', { method: 'POST', path: folder, body: lease });
    const busy = await app.deploy('kubernetes');
    expect(busy).toMatchObject({ code: 1, document: { errors: [{ code: 'GATI_DEPLOY_BUSY' }] } });
    expect(busy.document.errors![0]!.message).toContain('ci@builder');
    const ended = {
      ...stored,
      spec: { ...spec, renewTime: new Date(now - 60_000).toISOString().replace('Z', '000Z') },
    };
    await client.call('lease', {
      method: 'PUT',
      path: `${folder}/gati-deploy-shop-production`,
      body: ended,
    });
    expect(await app.deploy('kubernetes')).toMatchObject({ code: 0, document: { result: 'live' } });
  });

  test('that has a plan made before another change is rejected', async () => {
    release('1.5.0');
    await app.run('image');
    await app.deploy('plan', '--out', 'old.json');
    app.configure(`${settings}kubernetes:\n  service: NodePort\n`);
    expect((await app.deploy('kubernetes')).code).toBe(0);
    app.configure(settings);
    release('1.6.0');
    expect((await app.deploy('kubernetes')).code).toBe(0);
    const moved = await app.deploy('apply', 'old.json');
    expect(moved).toMatchObject({ code: 1, document: { errors: [{ code: 'GATI_DEPLOY_PLAN' }] } });
    expect(await live()).toBe('1.6.0');
  });

  test('stops watching at the first Ctrl-C, and rolls back at the second', async () => {
    controller!.readyOf = ({ metadata }, replicas) =>
      metadata.labels!['gati.dev/version'] === '1.6.5' ? 0 : replicas;
    const before = await live();
    release('1.6.5');
    const deployments = `apis/apps/v1/namespaces/${NAMESPACE}/deployments`;
    const hasNew = async (): Promise<boolean> =>
      (await client.list(deployments)).some(
        ({ metadata }) => metadata.labels!['gati.dev/version'] === '1.6.5',
      );
    const twice = app.start('kubernetes');
    await until('the new pods are awaited', hasNew);
    twice.kill('SIGINT');
    // Two signals at the same time would count as one.
    await new Promise((resolve) => setTimeout(resolve, 200));
    twice.kill('SIGINT');
    expect(await once(twice, 'exit')).toEqual([1, null]);
    expect({ hasNew: await hasNew(), live: await live() }).toEqual({ hasNew: false, live: before });
    const first = app.start('kubernetes');
    await until('the new pods are awaited', hasNew);
    first.kill('SIGINT');
    expect(await once(first, 'exit')).toEqual([1, null]);
    expect(await hasNew()).toBe(true);
    controller!.readyOf = ALL_WELL.readyOf;
    expect((await app.deploy('kubernetes')).document.result).toBe('live');
    expect(await live()).toBe('1.6.5');
  });

  test('that was stopped for longer than its lease writes nothing when it continues', async () => {
    controller!.readyOf = ({ metadata }, replicas) =>
      metadata.labels!['gati.dev/version'] === '1.6.7' ? 0 : replicas;
    release('1.6.7');
    const stopped = app.start('kubernetes');
    const path = `apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/gati-deploy-shop-production`;
    await until('it holds the lease', async () => (await client.get(path)) !== undefined);
    stopped.kill('SIGSTOP');
    release('1.6.8');
    // The other one is rejected until the lease has ended.
    await until(
      'another deploy takes over',
      async () => (await app.deploy('kubernetes')).code === 0,
    );
    const start = api.audit().length;
    stopped.kill('SIGCONT');
    expect(await once(stopped, 'exit')).toEqual([1, null]);
    expect(writesSince(start)).toEqual([]);
    expect(await live()).toBe('1.6.8');
  });

  test('that is killed after any write is finished by the same command', async () => {
    // The writes of a deploy of a new release, without those of the lease and of the namespace.
    const WRITES = ['Deployment', 'Service', 'PodDisruptionBudget', 'scale'];
    for (const [index, kind] of WRITES.entries()) {
      const version = `2.${index}.0`;
      release(version);
      const start = api.audit().length;
      const killed = app.start('kubernetes');
      await until(`the write ${index} of ${kind}`, () => writesSince(start).length > index, {
        giveUp: () => killed.exitCode !== null && 'it ended before',
      });
      killed.kill('SIGKILL');
      await once(killed, 'exit');
      await until('the lease has ended', async () => (await app.deploy('kubernetes')).code === 0);
      expect(await live()).toBe(version);
      const { document } = await app.deploy('status');
      const running = document.revisions!.filter(({ replicas }) => replicas > 0);
      expect(running.map((each) => each.version)).toEqual([version]);
      expect((await app.deploy('kubernetes')).document.result).toBe('unchanged');
    }
  });

  test('keeps three earlier releases without pods, and objects of others', async () => {
    const foreign = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'mine', labels: { 'gati.dev/app': 'shop' } },
    };
    await client.call('foreign', {
      method: 'POST',
      path: `api/v1/namespaces/${NAMESPACE}/configmaps`,
      body: foreign,
    });
    for (const version of ['1.7.0', '1.8.0']) {
      release(version);
      expect((await app.deploy('kubernetes')).code).toBe(0);
    }
    const { document } = await app.deploy('status');
    expect(document.revisions).toHaveLength(4);
    expect(document.revisions!.map(({ replicas }) => replicas)).toEqual([1, 0, 0, 0]);
    expect((await app.run('destroy')).code).toBe(2);
    expect((await app.deploy('destroy', '--yes')).code).toBe(0);
    expect((await app.deploy('destroy', '--yes')).document.deleted).toEqual([]);
    expect(await client.get(`api/v1/namespaces/${NAMESPACE}/configmaps/mine`)).toBeDefined();
  });
});

const ALL_WELL: Pick<Controller, 'readyOf' | 'answerOf'> = {
  readyOf: (_, replicas) => replicas,
  answerOf: (id) => id,
};
