import { afterEach, beforeEach, expect, test } from 'vitest';
import { applyPlan } from '../../src/apply/apply-plan.ts';
import { rollBack } from '../../src/apply/roll-back.ts';
import type { KubeObject } from '../../src/kube/cluster.ts';
import { LABELS } from '../../src/objects/labels.ts';
import { toTarget } from '../../src/objects/target.ts';
import { createLiveObjects } from '../../src/objects/objects.ts';
import { toApplyStep } from '../../src/plan/apply-step.ts';
import { createPlan, type PlanStep } from '../../src/plan/plan.ts';
import { type ApiServer, startApiServer } from '../helpers/api-server.ts';

let api: ApiServer;
beforeEach(async () => void (api = await startApiServer()));
afterEach(() => api.close());

const target = toTarget('shop', 'production', {});
const { namespace } = target;
const SERVICE = `api/v1/namespaces/${namespace}/services/shop`;
const DEPLOYMENT = `apis/apps/v1/namespaces/${namespace}/deployments/shop-core-new`;
const STATE = { namespace: undefined, objects: [] };

const deployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'shop-core-new', namespace, uid: 'u1' },
  spec: {},
};
const { service } = createLiveObjects(target, { revision: 'new' }, []);
const STEPS: PlanStep[] = [
  toApplyStep(deployment, undefined, 'the pods', false),
  toApplyStep(service, undefined, 'moves requests', false),
];
const VERIFY: PlanStep = {
  kind: 'verify',
  reason: 'the release responds',
  namespace,
  service: 'shop',
  release: 'rel_2',
  url: null,
};
const OLD: PlanStep = {
  kind: 'scale',
  reason: 'no longer live',
  namespace,
  deployment: 'shop-core-old',
  replicas: 0,
};

const planOf = (steps: PlanStep[]): ReturnType<typeof createPlan> =>
  createPlan(target, {
    server: 'http://x',
    release: { id: 'rel_2', version: '2', image: 'r/shop' },
    revision: 'new',
    before: 'old',
    steps,
  });

const live = (): string | undefined => api.objects.get(SERVICE)?.metadata.labels?.[LABELS.revision];

test('a rollback leads requests back when the response to their move was lost', async () => {
  const plan = planOf(STEPS);
  let lost = 5;
  api.statusOf = (method, path) =>
    method === 'PATCH' && path === SERVICE && lost-- > 0 ? 503 : undefined;
  const { sent, error, isVerified } = await applyPlan(api.cluster, plan, {});
  expect({ error, isVerified, live: live() }).toMatchObject({
    error: expect.any(Error),
    isVerified: false,
    live: 'new',
  });
  await rollBack(api.cluster, target, plan, sent, STATE);
  expect(live()).toBe('old');
  expect(api.objects.has(DEPLOYMENT)).toBe(false);
  // The old pods serve before the new ones end.
  expect(api.writes.lastIndexOf(`PATCH ${SERVICE}`)).toBeLessThan(
    api.writes.indexOf(`DELETE ${DEPLOYMENT}`),
  );
});

test('a rollback does not write an object whose change the cluster rejected', async () => {
  const plan = planOf(STEPS);
  api.statusOf = (method, path) => (method === 'PATCH' && path === SERVICE ? 403 : undefined);
  const { sent } = await applyPlan(api.cluster, plan, {});
  expect(sent).toEqual([STEPS[0]]);
});

test('a plan whose end fails says that the release had passed its checks', async () => {
  const plan = planOf([...STEPS, VERIFY, OLD]);
  api.statusOf = (method, path) => (path.endsWith('/scale') ? 403 : undefined);
  const { error, isVerified } = await applyPlan(api.cluster, plan, {});
  expect({ error, isVerified }).toMatchObject({ error: expect.any(Error), isVerified: true });
});
