import { expect, test } from 'vitest';
import { findDrift } from '../../src/drift/find-drift.ts';
import { planRepair } from '../../src/drift/plan-repair.ts';
import { createObjects } from '../../src/objects/objects.ts';
import { toTarget } from '../../src/objects/target.ts';
import { makePlan } from '../../src/plan/make-plan.ts';
import { applied, EMPTY, OPTIONS } from '../plan/helpers/cluster-state.ts';

test('a repair changes the number of pods only for the role that drifted', () => {
  const target = toTarget('shop', 'production', {
    scale: { min: 2, max: 9 },
    workers: { min: 3 },
  });
  const release = { id: 'rel_1', version: '1.0.0', image: 'r.example.com/shop@sha256:1' };
  const desired = createObjects(target, release);
  const state = applied(EMPTY, makePlan(target, release, desired, EMPTY, OPTIONS));
  // An autoscaler has added pods of the core, and a person has ended some of the worker.
  const objects = state.objects.map((object) => {
    if (object.kind !== 'Deployment') return object;
    const replicas = object.metadata.name.includes('worker') ? 1 : 6;
    const spec = { ...(object['spec'] as object), replicas };
    return { ...object, spec, status: { readyReplicas: replicas } };
  });
  const changed = { ...state, objects };
  const drift = findDrift(target, changed);
  expect(drift).toHaveLength(1);
  const { steps } = planRepair(target, changed, drift, OPTIONS.server);
  const worker = `shop-worker-${desired.revision}`;
  const core = `shop-core-${desired.revision}`;
  expect(steps).toMatchObject([
    { kind: 'scale', deployment: worker, replicas: 3 },
    { kind: 'wait', deployment: worker, role: 'worker', replicas: 3 },
    { kind: 'wait', deployment: core, role: 'core', replicas: 6 },
    { kind: 'verify' },
  ]);
});
