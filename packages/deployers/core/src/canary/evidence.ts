/** Requests of one release in a span of time, and how many of them were bad. */
export interface Counts {
  requests: number;
  bad: number;
}

/** Differences between the shares of bad requests that are looked for. */
const EFFECTS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.95] as const;
/** Fewer bad requests are never enough. */
const MINIMUM = 3;

/**
 * Evidence that a new release has a higher share of bad requests than the old one, which serves at
 * the same time. It may be read after each span: the chance that it ever exceeds `log(1 / alpha)`
 * is at most `alpha` if the new release is not worse.
 *
 * It is the logarithm of a mean of E-variables for two Bernoulli streams, one for each effect,
 * against the hypothesis that the share is not higher.
 *
 * @see Turner, Ly, Grünwald: Generic E-variables for exact sequential k-sample tests that allow for
 *   optional stopping. Journal of Statistical Planning and Inference 230 (2024), arXiv:2106.02693,
 *   theorem 1
 */
export class Evidence {
  readonly #logs: number[] = EFFECTS.map(() => 0);
  /** All requests before the next span. */
  readonly old: Counts = { requests: 0, bad: 0 };
  readonly next: Counts = { requests: 0, bad: 0 };

  /** Adds a span. The shares that are compared with were known before it. */
  add(old: Counts, next: Counts): void {
    if (next.requests > 0) {
      const share = (this.old.bad + 0.5) / (this.old.requests + 50);
      for (const [index, effect] of EFFECTS.entries())
        this.#logs[index]! += gain(share, effect, old, next);
    }
    add(this.old, old);
    add(this.next, next);
  }

  get value(): number {
    if (this.next.bad < MINIMUM) return 0;
    const top = Math.max(...this.#logs);
    const sum = this.#logs.reduce((all, each) => all + Math.exp(each - top), 0);
    return top + Math.log(sum / EFFECTS.length);
  }
}

/**
 * Logarithm of the E-variable of a span. The element of the hypothesis that is nearest to the
 * alternative has the pooled share in both streams.
 */
function gain(share: number, effect: number, old: Counts, next: Counts): number {
  const worse = share + effect;
  if (worse >= 1) return 0;
  const pooled = (old.requests * share + next.requests * worse) / (old.requests + next.requests);
  return likelihood(old, share, pooled) + likelihood(next, worse, pooled);
}

const likelihood = ({ requests, bad }: Counts, share: number, pooled: number): number =>
  (bad === 0 ? 0 : bad * Math.log(share / pooled)) +
  (requests - bad) * Math.log((1 - share) / (1 - pooled));

function add(to: Counts, { requests, bad }: Counts): void {
  to.requests += requests;
  to.bad += bad;
}
