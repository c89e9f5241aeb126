import { describe, expect, test } from 'vitest';
import { type CronTicks, checkSchedule, parseCron } from '../../../src/effects/engine/cron.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Returns the ticks of a span as hours and minutes in UTC. */
function ticksBetween(ticks: CronTicks, from: string, to: string): string[] {
  const found: string[] = [];
  for (
    let tick = ticks.next(new Date(from));
    tick !== null && tick <= new Date(to);
    tick = ticks.next(tick)
  )
    found.push(tick.toISOString().slice(11, 16));
  return found;
}

describe('a change of the clock', () => {
  // Berlin skips 02:00 to 03:00 at 01:00 UTC, and repeats 02:00 to 03:00 at 01:00 UTC.
  const forward = ['2026-03-28T23:30:00Z', '2026-03-29T02:30:00Z'] as const;
  const back = ['2026-10-24T23:45:00Z', '2026-10-25T02:30:00Z'] as const;
  const table: [schedule: string, forward: string[], back: string[]][] = [
    // Fixed times: once a day. A skipped time fires an hour later, a repeated time the first time.
    ['30 2 * * *', ['01:30'], ['00:30']],
    ['0 3 * * *', ['01:00'], ['02:00']],
    ['0,30 2,3 * * *', ['01:00', '01:30'], ['00:00', '00:30', '02:00', '02:30']],
    ['15 1-3 * * *', ['00:15', '01:15'], ['00:15', '02:15']],
    ['0 */2 * * *', ['01:00', '02:00'], ['00:00']],
    // Every hour: by the clock, so the repeated hour has its ticks twice.
    [
      '*/30 * * * *',
      ['00:00', '00:30', '01:00', '01:30', '02:00', '02:30'],
      ['00:00', '00:30', '01:00', '01:30', '02:00', '02:30'],
    ],
    ['30 * * * *', ['00:30', '01:30', '02:30'], ['00:30', '01:30', '02:30']],
    ['45 0-23 * * *', ['23:45', '00:45', '01:45'], ['00:45', '01:45']],
  ];
  for (const [schedule, skipped, repeated] of table) {
    test(`"${schedule}" in Europe/Berlin fires as documented`, () => {
      const ticks = parseCron(schedule, 'Europe/Berlin');
      expect(ticksBetween(ticks, ...forward)).toEqual(skipped);
      expect(ticksBetween(ticks, ...back)).toEqual(repeated);
    });
  }

  test('a skipped midnight fires at the end of the skipped hour', () => {
    const ticks = parseCron('0 0 * * *', 'Africa/Cairo');
    expect(ticksBetween(ticks, '2026-04-23T12:00:00Z', '2026-04-24T12:00:00Z')).toEqual(['22:00']);
  });

  test('half an hour is skipped in Australia/Lord_Howe', () => {
    const ticks = parseCron('15 2 * * *', 'Australia/Lord_Howe');
    expect(ticksBetween(ticks, '2026-10-03T12:00:00Z', '2026-10-04T12:00:00Z')).toEqual(['15:45']);
  });
});

/** Zones whose clock changes in 2026 or 2027, one for each set of changes. */
function changingZones(): { zone: string; changes: number[] }[] {
  const zones = new Map<string, { zone: string; changes: number[] }>();
  for (const zone of Intl.supportedValuesOf('timeZone')) {
    const clock = createClock(zone);
    const changes: number[] = [];
    const week = 7 * 24 * HOUR;
    for (let time = Date.UTC(2026, 0, 1); time < Date.UTC(2028, 0, 1); time += week) {
      if (clock(time) + week === clock(time + week)) continue;
      let [low, high] = [time, time + week];
      while (high - low > MINUTE) {
        const middle = low + Math.floor((high - low) / 2 / MINUTE) * MINUTE;
        if (clock(middle) - clock(low) === middle - low) low = middle;
        else high = middle;
      }
      changes.push(high);
    }
    const key = changes.map((time) => `${time} ${clock(time) - time}`).join();
    if (changes.length > 0 && !zones.has(key)) zones.set(key, { zone, changes });
  }
  return [...zones.values()];
}

/** Returns a function that converts a moment to local time, as if that were UTC. */
function createClock(timeZone: string): (time: number) => number {
  const format = new Intl.DateTimeFormat('en', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return (time) => {
    const parts = Object.fromEntries(
      format.formatToParts(time).map(({ type, value }) => [type, Number(value)]),
    ) as Record<'year' | 'month' | 'day' | 'hour' | 'minute', number>;
    return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute);
  };
}

function memoize(convert: (time: number) => number): (time: number) => number {
  const known = new Map<number, number>();
  return (time) => {
    let result = known.get(time);
    if (result === undefined) known.set(time, (result = convert(time)));
    return result;
  };
}

/** What the lines below match, by hour and minute. */
const LINES: { line: string; hourly?: true; matches(hour: number, minute: number): boolean }[] = [
  { line: '*/20 * * * *', hourly: true, matches: (_, minute) => minute % 20 === 0 },
  { line: '45 * * * *', hourly: true, matches: (_, minute) => minute === 45 },
  { line: '0 0 * * *', matches: (hour, minute) => hour === 0 && minute === 0 },
  { line: '15 0-4 * * *', matches: (hour, minute) => hour <= 4 && minute === 15 },
  { line: '30 2,14 * * *', matches: (hour, minute) => hour % 12 === 2 && minute === 30 },
  {
    line: '*/40 1-23/2 * * *',
    matches: (hour, minute) => hour % 2 === 1 && minute % 40 === 0,
  },
];

/** Finds the ticks of a span by looking at each minute of it. */
function slowTicks(
  { hourly, matches }: (typeof LINES)[number],
  from: number,
  to: number,
  clock: (time: number) => number,
): number[] {
  const seen = new Set<number>();
  const ticks = new Set<number>();
  for (let time = from - 4 * HOUR; time <= to; time += MINUTE) {
    const local = clock(time);
    const jump = local - clock(time - MINUTE) - MINUTE;
    // Each skipped minute fires as long after the change as it is after the skipped span began.
    if (hourly !== true && jump > 0)
      for (let skipped = local - jump; skipped < local; skipped += MINUTE) {
        const date = new Date(skipped);
        if (matches(date.getUTCHours(), date.getUTCMinutes()))
          ticks.add(time + (skipped - (local - jump)));
      }
    const date = new Date(local);
    if (!matches(date.getUTCHours(), date.getUTCMinutes())) continue;
    if (hourly === true || !seen.has(local)) ticks.add(time);
    seen.add(local);
  }
  return [...ticks].filter((time) => time > from && time <= to).sort((a, b) => a - b);
}

test('all time zones fire as documented at each change of their clock in 2026 and 2027', () => {
  const zones = changingZones();
  expect(zones.length).toBeGreaterThan(10);
  const wrong: unknown[] = [];
  for (const { zone, changes } of zones) {
    const clock = memoize(createClock(zone));
    for (const change of changes) {
      const [from, to] = [change - 5 * HOUR, change + 5 * HOUR];
      for (const entry of LINES) {
        const expected = slowTicks(entry, from, to, clock);
        const ticks = parseCron(entry.line, zone);
        // From any moment the next tick is the same, as after a restart.
        for (let after = from; after < to; after += 73 * MINUTE) {
          const found = ticks.next(new Date(after))!.getTime();
          const next = expected.find((time) => time > after);
          if (next === undefined ? found <= to : found !== next)
            wrong.push({ zone, line: entry.line, after: new Date(after), found: new Date(found) });
        }
      }
    }
  }
  expect(wrong.slice(0, 5)).toEqual([]);
});

test('says why a schedule can not be used', () => {
  expect(checkSchedule('0 0 30 2 *', undefined)).toBe('it never fires');
  expect(checkSchedule('0 3 * * *', 'Mars/Olympus')).toMatch('Mars/Olympus');
  expect(checkSchedule('0 3 * *', undefined)).toEqual(expect.any(String));
  expect(checkSchedule('0 3 * * *', 'Asia/Kathmandu')).toBeUndefined();
});
