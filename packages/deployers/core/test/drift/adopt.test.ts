import { expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { parseConfig } from '../../src/config/read-config.ts';
import { selectRegion } from '../../src/config/regions.ts';
import { adoptDrift } from '../../src/drift/adopt.ts';
import type { Drift } from '../../src/drift/find-drift.ts';
import { LABELS } from '../../src/objects/labels.ts';

const drift = (kind: string, name: string, role: string): Drift => ({
  object: `${kind} ${name}`,
  kind,
  path: kind === 'Deployment' ? 'spec.replicas' : 'spec.maxReplicas',
  applied: 2,
  actual: 5,
  by: 'kubectl',
  since: null,
  desired: {
    apiVersion: 'v1',
    kind,
    metadata: { name, labels: { [LABELS.app]: 'shop', [LABELS.role]: role } },
  },
});

test.each([
  'regions: { eu: {}, us: {} }\n',
  'environments: { production: { regions: { eu: {}, us: {} } } }\n',
])('adopts a value of one region for this region only: %s', (text) => {
  const document = parseDocument(text);
  const place = { environment: 'production', region: 'eu' };
  adoptDrift(document, place, [drift('Deployment', 'shop-core-1', 'core')]);
  const settings = parseConfig(String(document), 'production');
  expect(selectRegion(settings, 'eu').scale).toEqual({ min: 5 });
  expect(selectRegion(settings, 'us').scale).toBeUndefined();
});

test('does not adopt values of modules, workers and domains as values of the app', () => {
  const document = parseDocument('scale: { min: 2 }\n');
  const all = [
    drift('Deployment', 'shop-module-scorer-1', 'module-scorer'),
    drift('HorizontalPodAutoscaler', 'shop-module-scorer-1', 'module-scorer'),
    drift('Deployment', 'shop-worker-1', 'worker'),
    drift('HorizontalPodAutoscaler', 'shop-routes-orders', 'routes-orders'),
  ];
  expect(adoptDrift(document, { environment: 'production' }, all)).toEqual({
    adopted: [],
    left: all,
  });
  expect(String(document)).toBe('scale: { min: 2 }\n');
});
