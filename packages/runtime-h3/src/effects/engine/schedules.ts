import type { Logger } from '../../types/context.ts';
import type { QueueCaps } from '../../ports.ts';
import type { BundleEffect } from '../../types/bundle.ts';
import { noKeysError } from '../enqueue/new-job.ts';
import type { EffectFile } from '../../types/effects.ts';
import type { CronTicks } from './cron.ts';

/** Longest timer before the clock is read again, since it may have been set. Milliseconds. */
const LONGEST_WAIT = 60_000;
/**
 * Milliseconds. A process that starts fires a tick that passed within this time, because the
 * previous process may have ended just before the tick.
 */
const CATCH_UP_WINDOW = 60_000;

export interface SchedulesOptions {
  /** Enqueues one run. The key makes it one run for all processes. */
  enqueue(effect: string, idempotencyKey: string): Promise<unknown>;
  /** The queue stores keys, so a tick that another process may have fired can be fired again. */
  catchUp: boolean;
  logger: Logger;
}

export interface Schedules {
  /** Adopts the schedules that the files have now. */
  sync(files: Map<string, EffectFile>): Promise<void>;
  stop(): void;
}

/**
 * Checks that the queue can fire schedules once for all processes: without idempotency keys, each
 * process would fire each tick.
 *
 * @throws {GatiError} GATI_EFFECTS_KEYS when an effect has a schedule and the queue stores no keys
 */
export async function verifySchedules(
  effects: Record<string, BundleEffect>,
  caps: QueueCaps,
): Promise<void> {
  if (caps.keyMemory > 0) return;
  for (const [name, { load }] of Object.entries(effects)) {
    // A file that can't be loaded is reported when a job of its effect runs.
    const file = await Promise.resolve()
      .then(load)
      .catch(() => undefined);
    if (file?.schedule !== undefined)
      throw noKeysError(
        `The effect "${name}" has a schedule, which can't fire once for all processes`,
      );
  }
}

/** A schedule and the timer of its next tick. */
interface Planned {
  /** Cron line and time zone, to notice a change. */
  line: string;
  cron: CronTicks;
  timer?: NodeJS.Timeout;
}

export function createSchedules({ enqueue, catchUp, logger }: SchedulesOptions): Schedules {
  const planned = new Map<string, Planned>();

  const fire = (effect: string, tick: Date): void => {
    enqueue(effect, `schedule:${tick.toISOString()}`).catch((error: unknown) =>
      logger.error(`the scheduled effect ${effect} could not be enqueued`, {
        error,
        tick: tick.toISOString(),
      }),
    );
  };

  const plan = (effect: string, entry: Planned, after: Date): void => {
    const tick = entry.cron.next(after);
    if (!tick || planned.get(effect) !== entry) return;
    const wait = tick.getTime() - Date.now();
    entry.timer = setTimeout(
      () => {
        if (Date.now() < tick.getTime()) return plan(effect, entry, after);
        fire(effect, tick);
        // Ticks that were missed because the clock was set or the machine slept do not run later.
        plan(effect, entry, new Date(Math.max(tick.getTime(), Date.now())));
      },
      Math.min(Math.max(wait, 1), LONGEST_WAIT),
    );
    entry.timer.unref();
  };

  const add = async (effect: string, file: EffectFile, line: string): Promise<void> => {
    const { parseCron } = await import('./cron.ts');
    const cron = parseCron(file.schedule!, file.timezone);
    const entry: Planned = { line, cron };
    planned.set(effect, entry);
    const now = new Date();
    const recent = catchUp ? cron.next(new Date(now.getTime() - CATCH_UP_WINDOW)) : null;
    if (recent && recent.getTime() <= now.getTime()) fire(effect, recent);
    plan(effect, entry, now);
  };

  return {
    async sync(files) {
      for (const [effect, { timer }] of planned) {
        if (files.get(effect)?.schedule !== undefined) continue;
        clearTimeout(timer);
        planned.delete(effect);
      }
      for (const [effect, file] of files) {
        if (file.schedule === undefined) continue;
        const line = `${file.schedule} ${file.timezone ?? ''}`;
        const known = planned.get(effect);
        if (known?.line === line) continue;
        clearTimeout(known?.timer);
        planned.delete(effect);
        try {
          await add(effect, file, line);
        } catch (error) {
          logger.error(`the schedule of ${effect} can't be read`, {
            code: 'GATI_EFFECT_SCHEDULE',
            schedule: file.schedule,
            timezone: file.timezone,
            error,
          });
        }
      }
    },
    stop() {
      for (const { timer } of planned.values()) clearTimeout(timer);
      planned.clear();
    },
  };
}
