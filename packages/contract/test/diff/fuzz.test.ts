import { describe, expect, test } from 'vitest';
import { fuzz } from '../helpers/fuzz.ts';

/** `GATI_FUZZ_RUNS=1000000 npx vitest run --project contract test/diff/fuzz` digs deeper; `GATI_FUZZ_SEED` starts elsewhere. */
const runs = Number(process.env['GATI_FUZZ_RUNS'] ?? 800);
const seed = Number(process.env['GATI_FUZZ_SEED'] ?? 1);

describe('random pairs of schemas, with a validator as the oracle', () => {
  test('no verdict "compatible" is refuted by a value', { timeout: 60_000 + runs * 20 }, () => {
    const { unsound, compatible, ...tally } = fuzz(seed, runs);
    expect(unsound.slice(0, 3)).toEqual([]);
    expect(tally.irreflexive.slice(0, 3)).toEqual([]);
    // Strict to no purpose would be sound too.
    expect(compatible.request / tally.pairs).toBeGreaterThan(0.15);
    expect(compatible.response / tally.pairs).toBeGreaterThan(0.15);
    expect(tally.undecidable / tally.pairs).toBeLessThan(0.1);
    if (process.env['GATI_FUZZ_RUNS'])
      console.info({ ...tally, irreflexive: tally.irreflexive.length, compatible });
  });
});
