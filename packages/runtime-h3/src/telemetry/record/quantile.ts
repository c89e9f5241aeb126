/**
 * Estimates a quantile in microseconds, linearly within its bucket. Bucket `n` counts durations from
 * 2^(n-1) to 2^n microseconds, so the error is less than a factor of 2. 0 without durations.
 *
 * @param share from 0 to 1
 */
export function quantile(buckets: ArrayLike<number>, share: number): number {
  let total = 0;
  for (let index = 0; index < buckets.length; index++) total += buckets[index]!;
  const rank = share * total;
  let before = 0;
  for (let index = 0; index < buckets.length; index++) {
    const inside = buckets[index]!;
    if (inside > 0 && before + inside >= rank) {
      const low = index === 0 ? 0 : 2 ** (index - 1);
      return low + (2 ** index - low) * ((rank - before) / inside);
    }
    before += inside;
  }
  return 0;
}
