import { expect, test } from 'vitest';
import type { Settings } from '../../src/config/settings.ts';
import type { KubeObject } from '../../src/kube/cluster.ts';
import { LABELS } from '../../src/objects/labels.ts';
import { rolesOf } from '../../src/objects/roles.ts';
import { toTarget } from '../../src/objects/target.ts';
import type { LiveState } from '../../src/plan/live-state.ts';
import { assertNotRolledBack, withPanelScale } from '../../src/plan/panel-record.ts';

const ADA = { by: 'Ada', at: Date.UTC(2026, 0, 2), reason: 'more visitors' };

const stateOf = (data: Record<string, unknown>, ...objects: KubeObject[]): LiveState => ({
  namespace: undefined,
  objects: [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'shop-panel' },
      data: Object.fromEntries(
        Object.entries(data).map(([key, value]) => [
          key,
          typeof value === 'string' ? value : JSON.stringify(value),
        ]),
      ),
    },
    ...objects,
  ],
});

const numbers = (settings: Settings): string[] =>
  rolesOf(settings).map(({ name, min, max }) => `${name} ${min} ${max}`);

test('keeps numbers of pods that a person set, and says so', () => {
  const settings = { scale: { min: 2 }, workers: { min: 1, max: 3 }, domains: { payments: {} } };
  const state = stateOf({
    'scale.core': { ...ADA, min: 4, max: 6, initial: { min: 2, max: 2 } },
    'scale.worker': { ...ADA, min: 2, max: 2, initial: { min: 1, max: 3 } },
    'scale.routes-payments': { ...ADA, min: 3, max: 3, initial: { min: 1, max: 1 } },
  });
  const { target, notes } = withPanelScale(toTarget('shop', 'production', settings), state);
  expect(numbers(target.settings)).toEqual(['core 4 6', 'routes-payments 3 3', 'worker 2 2']);
  expect(target.configured).toEqual(settings);
  expect(notes[0]).toBe(
    'core keeps 4 to 6 pods, as Ada set in the panel at 2026-01-02T00:00:00.000Z (“more visitors”); gati.deploy.yaml has 2 pods',
  );
});

test('uses the numbers of gati.deploy.yaml if they changed after a user set others', () => {
  const state = stateOf({
    'scale.core': { ...ADA, min: 4, max: 6, initial: { min: 2, max: 2 } },
  });
  const target = toTarget('shop', 'production', { scale: { min: 3 } });
  expect(withPanelScale(target, state)).toMatchObject({ notes: [], target: { settings: {} } });
  expect(numbers(withPanelScale(target, state).target.settings)).toEqual(['core 3 3']);
});

test.each([
  ['no JSON', '{'],
  ['no person', { min: 1, max: 2, initial: { min: 1, max: 1 } }],
  ['too many pods', { ...ADA, min: 1, max: 1e9, initial: { min: 1, max: 1 } }],
  ['a wrong order', { ...ADA, min: 3, max: 2, initial: { min: 1, max: 1 } }],
])('ignores numbers of pods with %s', (_, value) => {
  const target = toTarget('shop', 'production', {});
  const { notes } = withPanelScale(target, stateOf({ 'scale.core': value }));
  expect(notes).toEqual([]);
});

test('rejects the deploy of a release that a person rolled back, unless it is live again', () => {
  const target = toTarget('shop', 'production', {});
  const record = { 'rolled-back': { ...ADA, release: 'rel_2', version: '2.0.0' } };
  const release = { id: 'rel_2', version: '2.0.0' };
  expect(() => assertNotRolledBack(target, stateOf(record), release, 'b')).toThrow(
    'Ada rolled 2.0.0 back in the panel at 2026-01-02T00:00:00.000Z (“more visitors”). This deploy would make it live again.',
  );
  assertNotRolledBack(target, stateOf(record), { id: 'rel_3', version: '3.0.0' }, 'c');
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'shop', labels: { [LABELS.role]: 'core', [LABELS.revision]: 'b' } },
  };
  assertNotRolledBack(target, stateOf(record, service), release, 'b');
});
