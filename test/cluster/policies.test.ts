import fs from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { root } from '@gati/test-kit/repository';
import { eventually } from '@gati/test-kit/wait';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../packages/deployers/core/src/kube/cluster.ts';
import { parseConfig } from '../../packages/deployers/core/src/config/read-config.ts';
import { toTarget } from '../../packages/deployers/core/src/objects/target.ts';
import { createSweeper } from '../../packages/deployers/core/src/preview/sweeper.ts';
import { nameOf, pathOf, pathOfKind } from '../../packages/deployers/core/src/kube/kinds.ts';
import { startControlPlane, type TestCluster } from './control-plane.ts';
import { installGatewayApi } from './gateway-api.ts';
import { momentsOf } from './helpers/objects-of.ts';
import { openCluster } from './helpers/play-controller.ts';
import { randomDeploys } from './helpers/random-settings.ts';
import { VIOLATIONS, violate } from './helpers/violations.ts';

const cluster = await startControlPlane();
if ('reason' in cluster)
  process.stderr.write(`\n  !! NO OBJECT was sent to an API server: ${cluster.reason}\n\n`);

const RUNS = 30;
const POLICIES = path.join(root, 'test/cluster/policies');
const ADMISSION = 'apis/admissionregistration.k8s.io/v1';

interface PodTemplate {
  metadata: { labels: Record<string, string>; name?: string };
  spec: { containers: Record<string, unknown>[]; [field: string]: unknown };
}

describe.skipIf('reason' in cluster)('an API server with the policies of managed clusters', () => {
  const client = openCluster(cluster as TestCluster);
  const deploys = fc.sample(randomDeploys, { numRuns: RUNS, seed: 2 });
  const namespaces = new Set<string>();
  let hasGateways = false;

  beforeAll(async () => {
    hasGateways = (await installGatewayApi(client)) === undefined;
    for (const file of fs.readdirSync(POLICIES))
      for (const document of parseAllDocuments(
        fs.readFileSync(path.join(POLICIES, file), 'utf8'),
      )) {
        const body = document.toJS() as KubeObject;
        const plural =
          body.kind === 'ValidatingAdmissionPolicy'
            ? 'validatingadmissionpolicies'
            : 'validatingadmissionpolicybindings';
        await client.call(nameOf(body), { method: 'POST', path: `${ADMISSION}/${plural}`, body });
      }
    const [deploy] = deploys;
    const { pod, namespace } = await podOf(deploy!);
    // The API server takes a moment to enforce new policies.
    await eventually(async () => {
      for (const each of VIOLATIONS)
        expect(await send(namespace, violate(pod, each))).toContain(each.message);
    });
  });
  afterAll(() => (cluster as TestCluster).stop());

  /** Creates the namespace of a deploy, with its labels. */
  async function enter(object: KubeObject): Promise<string> {
    const { name } = object.metadata;
    if (namespaces.has(name)) return name;
    namespaces.add(name);
    await client.call(name, { method: 'POST', path: 'api/v1/namespaces', body: object });
    // Pods need an account. A controller would create this one.
    await client.call('default', {
      method: 'POST',
      path: pathOfKind('ServiceAccount', name),
      body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } },
    });
    return name;
  }

  /**
   * Sends an object to the API server for a check only. Returns the error message, or an empty
   * string.
   */
  async function send(namespace: string, object: KubeObject): Promise<string> {
    const isPod = object.kind === 'Pod';
    const { status, value } = await client.request(
      isPod
        ? {
            method: 'POST',
            path: `api/v1/namespaces/${namespace}/pods`,
            query: { dryRun: 'All', fieldValidation: 'Strict' },
            body: object,
          }
        : {
            method: 'PATCH',
            path: pathOf(object),
            query: { dryRun: 'All', fieldValidation: 'Strict', fieldManager: 'gati-deploy' },
            contentType: 'application/apply-patch+yaml',
            body: object,
          },
    );
    return status < 300 ? '' : `${nameOf(object)}: ${(value as { message?: string }).message}`;
  }

  /** Returns the pod that a controller would create. */
  const toPod = ({ spec, metadata }: KubeObject): KubeObject => {
    const { template } = spec as { template: PodTemplate };
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...template.metadata, name: `${metadata.name}-x` },
      spec: { restartPolicy: 'Always', ...template.spec, serviceAccountName: 'default' },
    };
  };

  /** Returns the pod that removes a preview. */
  const sweeperOf = ({ name, environment, yaml }: (typeof deploys)[number]): KubeObject => {
    const target = toTarget(name, environment, parseConfig(yaml, environment));
    const facts = { expires: '2026-12-01T00:00:00Z', image: 'r.example.com/shop:1.2.0' };
    const { object } = createSweeper(target, facts).at(-1)!;
    const { jobTemplate } = object['spec'] as { jobTemplate: { spec: object } };
    const pod = toPod({ ...object, spec: jobTemplate.spec });
    return { ...pod, spec: { ...(pod['spec'] as object), restartPolicy: 'OnFailure' } };
  };

  async function podOf(
    deploy: (typeof deploys)[number],
  ): Promise<{ pod: KubeObject; namespace: string }> {
    const { objects } = momentsOf(deploy)[0]!;
    const namespace = await enter(objects[0]!);
    return { pod: toPod(objects.find(({ kind }) => kind === 'Deployment')!), namespace };
  }

  test('accepts the objects and the pods of each random gati.deploy.yaml', async () => {
    for (const deploy of deploys) {
      const moments = momentsOf(deploy);
      for (const { objects } of [moments[0]!, moments.at(-1)!]) {
        const [first, ...others] = objects;
        const namespace = await enter(first!);
        const pods = others
          .filter(({ kind }) => kind === 'Deployment' || kind === 'Job')
          .map((each) => toPod(each));
        for (const object of [...others, ...pods, sweeperOf(deploy)]) {
          if (object.kind === 'HTTPRoute' && !hasGateways) continue;
          expect(await send(namespace, object), deploy.yaml).toBe('');
        }
      }
    }
  });

  test('would find unique selectors in the Services after each write', () => {
    for (const deploy of deploys)
      for (const { objects } of momentsOf(deploy)) {
        const selectors = objects
          .filter(({ kind }) => kind === 'Service')
          .map(({ spec }) => {
            const { selector } = spec as { selector: Record<string, string> };
            return JSON.stringify(Object.entries(selector).sort());
          });
        expect(new Set(selectors).size, deploy.yaml).toBe(selectors.length);
      }
  });

  test.each(VIOLATIONS)('rejects a pod: $message', async (violation) => {
    const { pod, namespace } = await podOf(deploys[0]!);
    expect(await send(namespace, pod)).toBe('');
    expect(await send(namespace, violate(pod, violation))).toContain(violation.message);
  });
});
