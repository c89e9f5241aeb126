import { Cron } from 'croner';

/** The ticks of a cron line in a time zone. */
export interface CronTicks {
  /** Returns the first tick after this moment, `null` if there is none. */
  next(after: Date): Date | null;
}

const MINUTE = 60_000;
const DAY = 86_400_000;
/** Milliseconds. Longer than any clock change of a time zone. */
const LONGEST_CHANGE = 3 * 60 * MINUTE;
/** Matches a line that fires in every hour. */
const EVERY_HOUR = /^(?:@hourly|\S+\s+(?:\*|\*\/1|0-23)\s.*)$/;

/**
 * Parses a cron line of five fields. When the clock of the time zone changes:
 *
 * - A line for every hour fires whenever the clock shows a matching time: the hour that occurs twice
 *   has twice the ticks, and the hour that is skipped has none.
 * - Any other line has fixed times. A time that occurs twice fires the first time. A time that is
 *   skipped fires later by as much as the clock was set forward: 02:30 at 03:30.
 *
 * @throws {Error} when the line does not have five fields or the time zone does not exist
 */
export function parseCron(schedule: string, timezone: string | undefined): CronTicks {
  // Croner's own time zones give ticks of the past within the hour that occurs twice, and lose those
  // of the skipped hour. Here it only finds matching times: it gets local times as if they were UTC.
  const cron = new Cron(schedule, { mode: '5-part', utcOffset: 0, paused: true });
  const nextLocal = (local: number): number | undefined => cron.nextRun(new Date(local))?.getTime();
  const offsetAt = createOffsets(timezone ?? 'UTC');
  const next = EVERY_HOUR.test(schedule.trim()) ? nextByClock : nextFixed;
  return {
    next(after) {
      const tick = next(after.getTime(), nextLocal, offsetAt);
      return tick === undefined ? null : new Date(tick);
    },
  };
}

/** Returns why a schedule can't be used, or `undefined` if it can. */
export function checkSchedule(schedule: string, timezone: string | undefined): string | undefined {
  try {
    return parseCron(schedule, timezone).next(new Date()) === null ? 'it never fires' : undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

type NextLocal = (local: number) => number | undefined;
/** Milliseconds that local time is ahead of UTC at a moment. */
type OffsetAt = (time: number) => number;

/** Finds the next moment at which the clock shows a matching time. */
function nextByClock(after: number, nextLocal: NextLocal, offsetAt: OffsetAt): number | undefined {
  let from = after;
  let offset = offsetAt(after);
  for (;;) {
    const local = nextLocal(from + offset);
    if (local === undefined) return undefined;
    const tick = local - offset;
    if (offsetAt(tick) === offset) return tick;
    // The clock changes before the tick, so the search continues from the change, inclusive.
    from = lastMomentWith(offset, from, tick, offsetAt);
    offset = offsetAt(from + 1);
  }
}

/** Returns the last millisecond before the clock changes between `from` and `to`. */
function lastMomentWith(offset: number, from: number, to: number, offsetAt: OffsetAt): number {
  let [before, changed] = [from, to];
  while (changed - before > 1) {
    const middle = Math.floor((before + changed) / 2);
    if (offsetAt(middle) === offset) before = middle;
    else changed = middle;
  }
  return before;
}

/** Finds the next moment at which a fixed local time fires. */
function nextFixed(after: number, nextLocal: NextLocal, offsetAt: OffsetAt): number | undefined {
  const offset = offsetAt(after);
  const first = nextLocal(after + offset);
  if (first === undefined) return undefined;
  const span = [after - LONGEST_CHANGE, first - offset + LONGEST_CHANGE];
  if (span.every((time) => offsetAt(time) === offset)) return first - offset;
  let best: number | undefined;
  // A skipped time may fire later than the times after it, so the search compares all times that
  // may come first.
  for (
    let local = nextLocal(after + offset - LONGEST_CHANGE);
    local !== undefined && (best === undefined || local - offsetAt(best) <= best + LONGEST_CHANGE);
    local = nextLocal(local)
  ) {
    const tick = toMoment(local, offsetAt);
    if (tick > after && (best === undefined || tick < best)) best = tick;
  }
  return best;
}

/** Converts a local time to the moment at which it fires. */
function toMoment(local: number, offsetAt: OffsetAt): number {
  const [before, later] = [offsetAt(local - DAY), offsetAt(local + DAY)];
  const occurs = (offset: number): boolean => offsetAt(local - offset) === offset;
  return local - (occurs(before) || !occurs(later) ? before : later);
}

function createOffsets(timeZone: string): OffsetAt {
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
  return (time) => {
    const name = format.formatToParts(time).find(({ type }) => type === 'timeZoneName')!.value;
    const [, sign = '+', hours = '0', minutes = '0', seconds = '0'] =
      /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(name) ?? [];
    const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
    return (sign === '-' ? -size : size) * 1000;
  };
}
