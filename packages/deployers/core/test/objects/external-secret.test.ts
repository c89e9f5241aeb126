import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseConfig } from '../../src/config/read-config.ts';
import { externalSecretName } from '../../src/objects/external-secret.ts';
import { createObjects } from '../../src/objects/objects.ts';
import { type Target, toTarget } from '../../src/objects/target.ts';
import { assertSecretStore } from '../../src/plan/assert-secret-store.ts';
import { makePlan } from '../../src/plan/make-plan.ts';
import { type ApiServer, startApiServer } from '../helpers/api-server.ts';

let api: ApiServer;
beforeAll(async () => void (api = await startApiServer()));
afterAll(() => api.close());

const RELEASE = { id: 'rel_1', version: '1.0.0', image: 'r/shop@sha256:0' };
const targetOf = (env: string, store = 'secretStore: aws'): Target =>
  toTarget('shop', 'production', parseConfig(`kubernetes: { ${store} }\nenv: ${env}\n`, 'x'));

test('a value of the secret store reaches the pods through a Secret, and the deploy never reads it', () => {
  const target = targetOf('{ KEY: { secretRef: prod/shop, property: stripe }, LEVEL: info }');
  const { foundation, deployments } = createObjects(target, RELEASE);
  const name = externalSecretName(target);
  expect(foundation.find(({ kind }) => kind === 'ExternalSecret')).toMatchObject({
    apiVersion: 'external-secrets.io/v1',
    metadata: { name },
    spec: {
      secretStoreRef: { kind: 'ClusterSecretStore', name: 'aws' },
      target: { name, creationPolicy: 'Owner' },
      data: [{ secretKey: 'KEY', remoteRef: { key: 'prod/shop', property: 'stripe' } }],
    },
  });
  expect(JSON.stringify(deployments)).toContain(
    JSON.stringify({ name: 'KEY', valueFrom: { secretKeyRef: { name, key: 'KEY' } } }),
  );
});

test('a store of the namespace is named with its kind', () => {
  const target = targetOf('{ KEY: { secretRef: shop } }', 'secretStore: SecretStore/vault');
  const { foundation } = createObjects(target, RELEASE);
  expect(foundation.at(-1)).toMatchObject({
    spec: { secretStoreRef: { kind: 'SecretStore', name: 'vault' } },
  });
});

test('changed references create a new Secret, and the old one stays as long as a rollback may need it', () => {
  const [first, second] = [
    targetOf('{ KEY: { secretRef: one } }'),
    targetOf('{ KEY: { secretRef: two } }'),
  ];
  expect(externalSecretName(first)).not.toBe(externalSecretName(second));
  const secretsOf = (target: Target): object[] =>
    createObjects(target, RELEASE).foundation.filter(({ kind }) => kind === 'ExternalSecret');
  const [kept, unused] = [first, targetOf('{ KEY: { secretRef: zero } }')].map(secretsOf);
  const old = createObjects(first, RELEASE);
  const objects = [...old.foundation, ...old.deployments, old.live.service, ...unused!];
  for (const object of objects as { metadata: { uid?: string } }[]) object.metadata.uid = 'uid';
  const desired = createObjects(second, RELEASE);
  const state = { namespace: desired.namespace, objects: objects as typeof old.foundation };
  const options = { server: 'https://c', force: false };
  const { steps } = makePlan(second, RELEASE, desired, state, options);
  const deleted = steps.flatMap((step) => (step.kind === 'delete' ? [step.object.name] : []));
  expect(deleted).toEqual([externalSecretName(targetOf('{ KEY: { secretRef: zero } }'))]);
  expect(kept).toHaveLength(1);
});

test('a reference without a store, or in a cluster without External Secrets, is an error', async () => {
  const target = targetOf('{ KEY: { secretRef: shop } }', '');
  expect(() => createObjects(target, RELEASE)).toThrow('names no store');
  const withStore = targetOf('{ KEY: { secretRef: shop } }');
  await assertSecretStore(api.cluster, withStore);
  api.statusOf = () => 404;
  await expect(assertSecretStore(api.cluster, withStore)).rejects.toMatchObject({
    code: 'GATI_DEPLOY_CONFIG',
    message: expect.stringContaining('has no External Secrets'),
  });
  await assertSecretStore(api.cluster, targetOf('{ KEY: { secret: shop, key: stripe } }'));
});
