import { describe, expect, test } from 'vitest';
import { fuzz } from '../helpers/fuzz.ts';

/**
 * `GATI_FUZZ_RUNS=1000000 npx vitest run --project contract test/diff/fuzz` runs more pairs.
 * `GATI_FUZZ_SEED` sets the first seed.
 */
const runs = Number(process.env['GATI_FUZZ_RUNS'] ?? 800);
const seed = Number(process.env['GATI_FUZZ_SEED'] ?? 1);

describe('diffContracts and isSubschema with random schemas', () => {
  test(
    'never call a change compatible if a value proves the opposite',
    { timeout: 60_000 + runs * 20 },
    () => {
      const { unsound, compatible, ...tally } = fuzz(seed, runs);
      expect(unsound.slice(0, 3)).toEqual([]);
      expect(tally.irreflexive.slice(0, 3)).toEqual([]);
      // Calling every change major would be sound too, so the share of other verdicts is checked.
      expect(compatible.request / tally.pairs).toBeGreaterThan(0.15);
      expect(compatible.response / tally.pairs).toBeGreaterThan(0.15);
      expect(tally.undecidable / tally.pairs).toBeLessThan(0.1);
      if (process.env['GATI_FUZZ_RUNS'])
        console.info({ ...tally, irreflexive: tally.irreflexive.length, compatible });
    },
  );
});
