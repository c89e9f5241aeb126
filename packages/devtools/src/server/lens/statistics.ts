/** Statistical tests of two samples: which one is worse, and how significant the difference is. */

/** Standard deviations of a 95 % confidence interval. */
const Z95 = 1.96;

/**
 * Returns the difference of two shares in standard deviations; above 0, the second share is larger.
 * Adds one success and one failure to each sample, so that a few requests prove nothing (Agresti
 * and Caffo).
 */
export function compareShares(
  [failed1, count1]: readonly [number, number],
  [failed2, count2]: readonly [number, number],
): { z: number; difference: number; low: number; high: number } {
  if (count1 === 0 || count2 === 0) return { z: 0, difference: 0, low: -1, high: 1 };
  const [p1, p2] = [(failed1 + 1) / (count1 + 2), (failed2 + 1) / (count2 + 2)];
  const error = Math.sqrt((p1 * (1 - p1)) / (count1 + 2) + (p2 * (1 - p2)) / (count2 + 2));
  const adjusted = p2 - p1;
  return {
    z: adjusted / error,
    difference: failed2 / count2 - failed1 / count1,
    low: Math.max(-1, adjusted - Z95 * error),
    high: Math.min(1, adjusted + Z95 * error),
  };
}

/**
 * Returns the difference of two samples of durations in standard deviations (Mann and Whitney, with
 * ties); above 0, the second sample is slower. Needs only the order of the buckets, so outliers
 * weigh no more than others.
 *
 * @param buckets1 counts by duration, both with the same bounds
 */
export function compareDurations(buckets1: ArrayLike<number>, buckets2: ArrayLike<number>): number {
  let [count1, count2, slower, ties] = [0, 0, 0, 0];
  const length = Math.max(buckets1.length, buckets2.length);
  for (let index = 0; index < length; index++) {
    const [here1, here2] = [buckets1[index] ?? 0, buckets2[index] ?? 0];
    // Pairs in which the second one is slower, and half of those that are equal.
    slower += here2 * (count1 + here1 / 2);
    count1 += here1;
    count2 += here2;
    ties += (here1 + here2) ** 3 - (here1 + here2);
  }
  const total = count1 + count2;
  if (count1 === 0 || count2 === 0 || total < 2) return 0;
  const variance = ((count1 * count2) / 12) * (total + 1 - ties / (total * (total - 1)));
  return variance <= 0 ? 0 : (slower - (count1 * count2) / 2) / Math.sqrt(variance);
}

/**
 * Returns the standard deviations above which a difference is significant: chance alone exceeds
 * them in less than 1 of 100 comparisons that each make `tests` tests in both directions
 * (Bonferroni).
 */
export function sureZ(tests: number): number {
  return normalQuantile(1 - 0.01 / (2 * Math.max(1, tests)));
}

/** Quantile of the normal distribution, within 0.0005 (Abramowitz and Stegun 26.2.23). */
function normalQuantile(share: number): number {
  const t = Math.sqrt(-2 * Math.log(1 - share));
  return (
    t -
    (2.515517 + 0.802853 * t + 0.010328 * t * t) /
      (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t ** 3)
  );
}

/** Returns the shares whose quantiles bound a quantile with 95 % confidence (order statistics). */
export function quantileBounds(share: number, count: number): [low: number, high: number] {
  const width = Z95 * Math.sqrt((share * (1 - share)) / Math.max(1, count));
  return [Math.max(0, share - width), Math.min(1, share + width)];
}
