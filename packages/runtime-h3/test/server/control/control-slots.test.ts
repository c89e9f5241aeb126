import { expect, test } from 'vitest';
import { createControlSlots, type Slot } from '../../../src/server/channel/control-slots.ts';

const MINUTE = 60_000;

/** Takes slots until there is none, and returns their number. */
function fill(take: () => Slot | undefined): number {
  let count = 0;
  while (take()) count++;
  return count;
}

test('slots of requests with a body are fewer than those of others', () => {
  const slots = createControlSlots();
  const take = (address: string, hasBody: boolean): Slot | undefined =>
    slots.take({ address, headers: {}, hasBody });
  expect(fill(() => take('192.0.2.1', true))).toBe(6);
  expect(fill(() => take('192.0.2.1', false))).toBe(10);
  let host = 1;
  expect(fill(() => take(`192.0.2.${++host}`, true))).toBe(18);
  expect(fill(() => take(`192.0.2.${++host}`, false))).toBe(14);
});

test('slots of IPv6 addresses are counted by their first 64 bits', () => {
  const slots = createControlSlots();
  let host = 0;
  const take = (): Slot | undefined =>
    slots.take({ address: `2001:db8::${(++host).toString(16)}`, headers: {}, hasBody: false });
  expect(fill(take)).toBe(16);
});

test('the reserve is for credentials that the panel has accepted in the last half hour', () => {
  let now = 0;
  const slots = createControlSlots(() => now);
  const take = (cookie: string, address = '192.0.2.1'): Slot | undefined =>
    slots.take({ address, headers: { cookie }, hasBody: true });
  const first = take('a=1; __Host-gati_panel=known; b=2')!;
  first.identify();
  first.free();
  let host = 0;
  expect(fill(() => take('', `192.0.2.${++host}`))).toBe(24);
  expect(take('__Host-gati_panel=forged', '192.0.2.99')).toBeUndefined();
  const known = take('__Host-gati_panel=known')!;
  expect(known).toBeDefined();
  known.free();
  now += 30 * MINUTE + 1;
  expect(take('__Host-gati_panel=known')).toBeUndefined();
});

test('one credential can not take the reserve of the others', () => {
  const slots = createControlSlots();
  const take = (authorization: string): Slot | undefined =>
    slots.take({ address: '192.0.2.1', headers: { authorization }, hasBody: false });
  for (const token of ['Bearer a', 'Bearer b']) {
    const slot = take(token)!;
    slot.identify();
    slot.free();
  }
  expect(fill(() => take('Bearer a'))).toBe(32);
  expect(fill(() => take('Bearer b'))).toBe(32);
});
