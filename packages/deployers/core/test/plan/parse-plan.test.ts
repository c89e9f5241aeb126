import { expect, test } from 'vitest';
import { createObjects } from '../../src/objects/objects.ts';
import { toTarget } from '../../src/objects/target.ts';
import { makePlan } from '../../src/plan/make-plan.ts';
import { parsePlan } from '../../src/plan/parse-plan.ts';
import type { Plan } from '../../src/plan/plan.ts';

const target = toTarget('shop', 'production', { scale: { min: 2, max: 4 } });
const release = { id: 'rel_1', version: '1.0.0', image: 'r.example.com/shop@sha256:1' };
const create = (): Plan =>
  makePlan(
    target,
    release,
    createObjects(target, release),
    { namespace: undefined, objects: [] },
    { server: 'https://cluster', force: false },
  );

/** A plan with changes that somebody made to its file. */
function edited(edit: (plan: Plan) => void): unknown {
  const plan = JSON.parse(JSON.stringify(create())) as Plan;
  edit(plan);
  return plan;
}
const first = (plan: Plan, kind: string): Record<string, unknown> =>
  plan.steps.find((step) => step.kind === kind) as unknown as Record<string, unknown>;

test('a plan that was written is read as it was made', () => {
  expect(parsePlan(edited(() => {}))).toEqual(create());
});

const remove = { kind: 'delete', reason: '', uid: 'u' };
test.each<[string, unknown]>([
  ['another document', []],
  ['a later version', edited((plan) => Object.assign(plan, { format: 2 }))],
  ['a namespace with a slash', edited((plan) => Object.assign(plan, { namespace: 'a/../b' }))],
  ['an unknown step', edited((plan) => plan.steps.push({ kind: 'run' } as never))],
  [
    'an object of another namespace',
    edited((plan) =>
      Object.assign(first(plan, 'apply'), {
        object: {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'a', namespace: 'other' },
        },
      }),
    ),
  ],
  [
    'an object of a kind that no deploy has',
    edited((plan) =>
      Object.assign(first(plan, 'apply'), {
        object: {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'a', namespace: plan.namespace },
        },
      }),
    ),
  ],
  [
    'a Secret with data',
    edited((plan) =>
      Object.assign(first(plan, 'apply'), {
        object: {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'a', namespace: plan.namespace },
          stringData: {},
        },
      }),
    ),
  ],
  [
    'the deletion of a Secret',
    edited((plan) => {
      const object = { kind: 'Secret', name: 'a', namespace: plan.namespace };
      plan.steps.push({ ...remove, object } as never);
    }),
  ],
  [
    'the deletion of a namespace',
    edited((plan) => {
      const object = { kind: 'Namespace', name: plan.namespace, namespace: plan.namespace };
      plan.steps.push({ ...remove, object } as never);
    }),
  ],
  [
    'a name that is a path',
    edited((plan) => Object.assign(first(plan, 'scale'), { deployment: 'a/../../b' })),
  ],
  [
    'a number of pods that is none',
    edited((plan) => Object.assign(first(plan, 'scale'), { replicas: -1 })),
  ],
  [
    'an address that is no URL',
    edited((plan) => Object.assign(first(plan, 'verify'), { url: 'file:///etc' })),
  ],
])('%s is not a plan', (_, value) => {
  expect(parsePlan(value)).toEqual(expect.any(String));
});
