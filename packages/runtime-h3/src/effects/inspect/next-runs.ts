import { parseCron } from '../engine/cron.ts';

/**
 * Returns the next times at which a schedule fires, in epoch milliseconds. Empty if the schedule
 * can't be read.
 */
export function nextRuns(
  schedule: string,
  timezone: string | undefined,
  { from, count }: { from: number; count: number },
): number[] {
  const runs: number[] = [];
  try {
    const cron = parseCron(schedule, timezone);
    for (let at = new Date(from); runs.length < count;) {
      const next = cron.next(at);
      if (!next) break;
      runs.push(next.getTime());
      at = next;
    }
  } catch {
    // The engine reports a schedule that it can't read.
  }
  return runs;
}
