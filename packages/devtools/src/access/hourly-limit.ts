const HOUR = 60 * 60_000;

/** Counts events by key. Returns whether another event of a key is allowed in this hour. */
export function createHourlyLimit(most: number, now: () => number): (key: string) => boolean {
  const counts = new Map<string, number>();
  let hour = 0;
  return (key) => {
    const current = Math.floor(now() / HOUR);
    if (current !== hour) counts.clear();
    hour = current;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count <= most;
  };
}
