import { describe, expect, test } from 'vitest';
import { boundOf } from '../../src/canary/comparison.ts';
import { type Counts, Evidence } from '../../src/canary/evidence.ts';

const ROUTES = 50;
const TESTS = (ROUTES + 1) * 3;
/** Shares of requests that a new release gets, and spans at each. */
const SHARES = [0.01, 0.1, 0.5];
const SPANS = 2;

/** Numbers from 0 to 1 that are the same in each run. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Draws how many of `requests` are bad. */
function draw(requests: number, share: number, random: () => number): Counts {
  if (share === 0) return { requests, bad: 0 };
  let chance = (1 - share) ** requests;
  let rest = random();
  let bad = 0;
  while (rest > chance && bad < requests) {
    rest -= chance;
    chance *= ((requests - bad) * share) / ((bad + 1) * (1 - share));
    bad++;
  }
  return { requests, bad };
}

/** @returns requests of the new release until its fault was proven; `undefined` if it was not */
function rollOut(
  { base, more, perSpan }: { base: number; more: number; perSpan: number },
  random: () => number,
): number | undefined {
  const evidence = new Evidence();
  const bound = boundOf(TESTS);
  for (const share of SHARES)
    for (let span = 0; span < SPANS; span++) {
      const next = Math.max(1, Math.round(perSpan * share));
      evidence.add(draw(perSpan - next, base, random), draw(next, base + more, random));
      if (evidence.value >= bound) return evidence.next.requests;
    }
  return undefined;
}

describe('the evidence against a new release', () => {
  test('raises a false alarm in less than 1 % of 1,000 clean rollouts of 50 routes', () => {
    const random = createRandom(1);
    const bases = [0, 0.0005, 0.005, 0.02, 0.1, 0.3];
    let alarms = 0;
    for (let rollout = 0; rollout < 1000; rollout++)
      for (let index = 0; index < ROUTES * 3; index++) {
        const base = bases[index % bases.length]!;
        if (rollOut({ base, more: 0, perSpan: 240 }, random) !== undefined) {
          alarms++;
          break;
        }
      }
    expect(alarms).toBeLessThan(10);
  });

  test('finds 2 % of errors in one of 50 routes before half of the requests are moved', () => {
    const random = createRandom(2);
    const needed = Array.from({ length: 200 }, () =>
      rollOut({ base: 0, more: 0.02, perSpan: 4000 }, random),
    );
    const found = needed.flatMap((each) => each ?? []).sort((a, b) => a - b);
    expect(found).toHaveLength(200);
    const beforeHalf = 2 * 40 + 2 * 400;
    expect(found[100]).toBeLessThan(beforeHalf);
  });

  test('does not exceed the bound for a better release, or for two errors', () => {
    const random = createRandom(3);
    const better = Array.from({ length: 100 }, () =>
      rollOut({ base: 0.05, more: -0.03, perSpan: 300 }, random),
    );
    expect(better.every((each) => each === undefined)).toBe(true);
    const evidence = new Evidence();
    evidence.add({ requests: 1_000_000, bad: 0 }, { requests: 2, bad: 2 });
    expect(evidence.value).toBe(0);
  });
});
