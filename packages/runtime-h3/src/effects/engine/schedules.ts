import type { Cron } from 'croner';
import type { Logger } from '../../types/context.ts';
import type { QueueCaps } from '../../ports.ts';
import type { BundleEffect } from '../../types/bundle.ts';
import { noKeysError } from '../enqueue/new-job.ts';
import type { EffectFile } from '../../types/effects.ts';

/** Longer waits are looked at again, since the clock may be set. Milliseconds. */
const LONGEST_WAIT = 60_000;
/** A tick that passed this recently is made up for when a process starts: the one before may have been rolled at that moment. */
const CATCH_UP = 60_000;

export interface SchedulesOptions {
  /** Enqueues one run; the key makes it one for the cluster. */
  enqueue(effect: string, idempotencyKey: string): Promise<unknown>;
  /** Whether the queue remembers keys, so that a tick that may have been taken can be asked for again. */
  catchUp: boolean;
  logger: Logger;
}

export interface Schedules {
  /** Takes over what the files say now. */
  sync(files: Map<string, EffectFile>): Promise<void>;
  stop(): void;
}

/** Without keys each process would fire each tick. Throws `GATI_EFFECTS_KEYS` where the queue remembers none and an effect has a schedule. */
export async function verifySchedules(
  slots: Record<string, BundleEffect>,
  caps: QueueCaps,
): Promise<void> {
  if (caps.keyMemory > 0) return;
  for (const [name, { load }] of Object.entries(slots)) {
    // What can't be loaded says so when it is to run.
    const file = await Promise.resolve()
      .then(load)
      .catch(() => undefined);
    if (file?.schedule !== undefined)
      throw noKeysError(
        `The effect "${name}" has a schedule, which can't fire once for all processes`,
      );
  }
}

interface Planned {
  line: string;
  cron: Cron;
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
    const tick = entry.cron.nextRun(after);
    if (!tick || planned.get(effect) !== entry) return;
    const wait = tick.getTime() - Date.now();
    entry.timer = setTimeout(
      () => {
        if (Date.now() < tick.getTime()) return plan(effect, entry, after);
        fire(effect, tick);
        // What was missed meanwhile, by a clock that was set or a machine that slept, is not made up for.
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
    const [last] = catchUp ? cron.previousRuns(1, now) : [];
    if (last && now.getTime() - last.getTime() < CATCH_UP) fire(effect, last);
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
