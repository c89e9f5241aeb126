import { expect, test } from 'vitest';
import { parseQuantity } from '../../src/objects/quantity.ts';

test('quantities of Kubernetes become numbers', () => {
  const all = { '250m': 0.25, '1.5': 1.5, '2k': 2000, '1Gi': 2 ** 30, '1.5Mi': 1.5 * 2 ** 20 };
  for (const [text, number] of Object.entries(all)) expect(parseQuantity(text), text).toBe(number);
  for (const text of ['', 'x', '1e3', '-1', '1 Gi']) expect(parseQuantity(text), text).toBeNaN();
});
