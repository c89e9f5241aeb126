import { expect, test } from 'vitest';
import { judge } from '../helpers/torture/judge.ts';
import type { Line } from '../helpers/torture/setting.ts';

const acked = (id: string, more: Partial<Line> = {}): Line =>
  ({ did: 'acked', item: 0, id, effect: 'work', n: 0, at: 0, instance: 0, ...more }) as Line;
const begin = (id: string, attempt: number, at: number, more: Partial<Line> = {}): Line =>
  ({
    did: 'begin',
    id,
    effect: 'work',
    attempt,
    n: 0,
    asked: at - 10,
    at,
    instance: attempt,
    ...more,
  }) as Line;
const end = (id: string): Line => ({
  did: 'end',
  id,
  effect: 'work',
  attempt: 1,
  n: 0,
  at: 99,
  instance: 1,
});
const found = (lines: Line[], killed: number[] = []): string =>
  judge(lines, { killed: new Set(killed), lease: 1, steps: true, ordered: true }).join('\n');

test('the judge of the torture test finds each kind of violation', () => {
  expect(found([acked('a'), begin('a', 1, 10), end('a')])).toBe('');
  expect(found([acked('a'), begin('a', 1, 10)])).toMatch(/^lost: work 0/);
  expect(found([acked('a', { key: 'k' }), end('a'), acked('b', { key: 'k' }), end('b')])).toMatch(
    /^the key work k made 2 jobs/,
  );
  expect(found([begin('a', 1, 10), begin('a', 1, 20)], [1])).toMatch(/^a ran twice as attempt 1/);
  expect(found([begin('a', 1, 10), begin('a', 2, 20)])).toMatch(/nobody was killed/);
  expect(found([begin('a', 1, 10), begin('a', 2, 20)], [1])).toBe('');
  expect(found([begin('a', 1, 10), begin('a', 2, 1010)])).toBe('');
  expect(
    found([
      begin('a', 1, 20, { effect: 'ordered', n: 1 }),
      begin('b', 1, 10, { effect: 'ordered', n: 2 }),
    ]),
  ).toMatch(/^out of order/);
  const step = { did: 'step', id: 'a', instance: 1 } as const;
  const stepped = { did: 'stepped', id: 'a', made: '', instance: 1 } as const;
  expect(
    found([
      { ...step, at: 1 },
      { ...step, at: 2 },
      { ...stepped, at: 3 },
    ]),
  ).toBe('');
  expect(
    found([
      { ...step, at: 1 },
      { ...stepped, at: 2 },
      { ...step, at: 3 },
    ]),
  ).toMatch(/^the step of a ran again/);
});
