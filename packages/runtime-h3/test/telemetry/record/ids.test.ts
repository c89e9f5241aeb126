import { expect, test } from 'vitest';
import {
  drawIds,
  idPool,
  isRequestId,
  parseTraceParent,
  spanIdAt,
  traceIdAt,
} from '../../../src/telemetry/record/ids.ts';

test('drawIds returns offsets of new ids that fit the 16 bits of the recorder', () => {
  const traceIds = new Set<string>();
  for (let count = 0; count < 2000; count++) {
    const at = drawIds();
    expect(at).toBeLessThan(2 ** 16);
    expect(spanIdAt(idPool(), at)).toMatch(/^[\da-f]{16}$/);
    traceIds.add(traceIdAt(idPool(), at));
  }
  expect(traceIds.size).toBe(2000);
});

test('parseTraceParent reads W3C trace context and ignores malformed headers', () => {
  const good = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  expect(parseTraceParent(good)).toEqual({
    traceId: good.slice(3, 35),
    parentId: good.slice(36, 52),
    sampled: true,
  });
  expect(parseTraceParent(`cc${good.slice(2)}-more`)).toBeDefined();
  for (const bad of [
    undefined,
    '',
    good.toUpperCase(),
    `${good}-more`,
    `ff${good.slice(2)}`,
    good.replace(/[1-9a-f]/g, '0'),
    `x${good}`,
  ]) {
    expect(parseTraceParent(bad), bad).toBeUndefined();
  }
});

test('isRequestId accepts up to 128 safe characters', () => {
  expect(isRequestId('a-B_1.2:3')).toBe(true);
  expect(isRequestId('')).toBe(false);
  expect(isRequestId('x'.repeat(129))).toBe(false);
});
