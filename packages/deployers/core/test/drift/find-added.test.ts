import { expect, test } from 'vitest';
import { findAdded } from '../../src/drift/find-added.ts';

const object = (spec: unknown): Parameters<typeof findAdded>[0] => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'shop' },
  spec,
});

test('values that were added are found by path, and removed by pointer', () => {
  const record = object({ ports: [{ name: 'http', port: 80 }], selector: { app: 'shop' } });
  const live = object({
    type: 'ClusterIP',
    ports: [
      { name: 'extra', port: 81 },
      { name: 'http', port: 80, protocol: 'TCP' },
    ],
    selector: { app: 'shop', 'example.com/tier': 'web' },
  });
  expect(findAdded(record, live).map(({ path, pointer }) => [path, pointer])).toEqual([
    ['spec.type', '/spec/type'],
    ['spec.ports[extra]', '/spec/ports/0'],
    ['spec.ports[http].protocol', '/spec/ports/1/protocol'],
    ['spec.selector.example.com/tier', '/spec/selector/example.com~1tier'],
  ]);
  expect(findAdded(record, record)).toEqual([]);
});
