import type { ReleaseBundle } from '../types/bundle.ts';

/** Maximum number of runs of schedules in one step: a year of an hourly schedule fits. */
const MAX_RUNS = 10_000;

export interface TestClockOptions {
  release: ReleaseBundle;
  /** Enqueues a run of a schedule. */
  enqueue(effect: string, idempotencyKey: string): Promise<unknown>;
  idle(): Promise<void>;
}

/**
 * Creates `testApp().advance`: a clock for schedules that moves only when the test moves it. Each
 * tick runs to its end before the next one, in the order of their times.
 */
export function createTestClock({
  release,
  enqueue,
  idle,
}: TestClockOptions): (milliseconds: number) => Promise<Date> {
  let now = Date.now();
  return async (milliseconds) => {
    if (!(milliseconds >= 0)) throw new RangeError('advance() takes milliseconds, 0 or more.');
    const until = now + milliseconds;
    for (const { effect, time } of await ticksBetween(release, now, until)) {
      // The same key that the schedule gives its tick, so that no tick runs twice.
      await enqueue(effect, `schedule:${new Date(time).toISOString()}`);
      await idle();
    }
    now = until;
    return new Date(now);
  };
}

async function ticksBetween(
  { effects }: ReleaseBundle,
  from: number,
  until: number,
): Promise<{ effect: string; time: number }[]> {
  const { parseCron } = await import('../effects/engine/cron.ts');
  const ticks: { effect: string; time: number }[] = [];
  for (const [effect, { load }] of Object.entries(effects)) {
    const { schedule, timezone } = await load();
    if (schedule === undefined) continue;
    const cron = parseCron(schedule, timezone);
    let tick = cron.next(new Date(from));
    while (tick && tick.getTime() <= until) {
      if (ticks.push({ effect, time: tick.getTime() }) > MAX_RUNS)
        throw new RangeError(`advance() would run schedules more than ${MAX_RUNS} times.`);
      tick = cron.next(tick);
    }
  }
  return ticks.sort((a, b) => a.time - b.time);
}
