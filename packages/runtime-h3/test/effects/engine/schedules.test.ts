import { afterEach, expect, test, vi } from 'vitest';
import { createMemoryDriver } from '../../../src/effects/drivers/memory/driver.ts';
import { createSchedules } from '../../../src/effects/engine/schedules.ts';
import type { QueueDriver } from '../../../src/ports.ts';
import { type Opened, openEngine } from '../helpers/engine-kit.ts';

let opened: Opened | undefined;
afterEach(async () => {
  vi.useRealTimers();
  await opened?.engine.drain(0);
  opened = undefined;
});

test('schedules fire once per tick in their time zone, and once for a tick that has just passed', async () => {
  vi.useFakeTimers({ now: new Date('2026-03-29T00:59:30Z') });
  const fired: string[] = [];
  const logged: unknown[] = [];
  const noop = (): void => {};
  const logger = {
    trace: noop,
    debug: noop,
    info: noop,
    warn: noop,
    error: (...args: unknown[]) => void logged.push(args),
  };
  const enqueue = async (effect: string, key: string): Promise<void> =>
    void fired.push(`${effect} ${key}`);
  const schedules = createSchedules({ enqueue, catchUp: true, logger });
  const run = (): void => {};
  await schedules.sync(
    new Map([
      ['minutely', { run, schedule: '* * * * *' }],
      // The clocks go forward at 01:00 UTC, so 03:30 is 30 minutes later on that day.
      ['daily', { run, schedule: '30 3 * * *', timezone: 'Europe/Berlin' }],
      ['wrong', { run, schedule: '99 * * * *' }],
    ]),
  );
  expect(logged).toMatchObject([
    ["the schedule of wrong can't be read", { code: 'GATI_EFFECT_SCHEDULE' }],
  ]);
  expect(fired.splice(0)).toEqual(['minutely schedule:2026-03-29T00:59:00.000Z']);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(fired.splice(0)).toEqual(['minutely schedule:2026-03-29T01:00:00.000Z']);
  await vi.advanceTimersByTimeAsync(30 * 60_000);
  expect(fired.filter((line) => line.startsWith('daily'))).toEqual([
    'daily schedule:2026-03-29T01:30:00.000Z',
  ]);
  fired.length = 0;
  // The clock is set a day ahead: missed ticks are not made up for.
  vi.setSystemTime(new Date('2026-03-30T12:00:10Z'));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(fired.filter((line) => line.startsWith('minutely')).length).toBeLessThanOrEqual(2);
  await schedules.sync(new Map());
  fired.length = 0;
  await vi.advanceTimersByTimeAsync(5 * 60_000);
  expect(fired).toEqual([]);
  schedules.stop();
});

test('processes that share a queue enqueue a scheduled effect once', async () => {
  vi.useFakeTimers({ now: new Date('2026-01-01T00:00:30Z') });
  const run = vi.fn();
  const driver = createMemoryDriver();
  const shared: QueueDriver = {
    ...driver,
    caps: { ...driver.caps, durable: true },
    close: async () => {},
  };
  const effects = { report: { schedule: '* * * * *', run } };
  opened = openEngine(effects, { driver: shared });
  const other = openEngine(effects, { driver: shared });
  await vi.advanceTimersByTimeAsync(40_000);
  // The tick at the minute, and the one just before the start.
  expect(run).toHaveBeenCalledTimes(2);
  expect(run).toHaveBeenCalledWith(
    {},
    expect.objectContaining({ idempotencyKey: 'schedule:2026-01-01T00:01:00.000Z' }),
  );
  vi.useRealTimers();
  await other.engine.drain(0);
  await driver.close();
});
