type Check = (value: unknown) => boolean;

/** Results of the checks that are running now, by value. Cleared when the outermost check returns. */
const used = new Set<Map<unknown, boolean>>();
let running = 0;

/**
 * Returns a check that looks at each object once while a check runs. Without it, the time for a
 * recursive type with overlapping branches grows exponentially with the depth: each branch checks
 * the same children again.
 */
export function once(check: Check): Check {
  const known = new Map<unknown, boolean>();
  return (value) => {
    if (typeof value !== 'object' || value === null) return check(value);
    const before = known.get(value);
    if (before !== undefined) return before;
    running++;
    try {
      const fits = check(value);
      known.set(value, fits);
      used.add(known);
      return fits;
    } finally {
      if (--running === 0) {
        for (const results of used) results.clear();
        used.clear();
      }
    }
  };
}
