import { Cron } from 'croner';

/** Throws where the line is none of five fields, or the zone is none. */
export function parseCron(schedule: string, timezone: string | undefined): Cron {
  return new Cron(schedule, { mode: '5-part', timezone: timezone ?? 'UTC', paused: true });
}

/** Why a schedule can't be read; `undefined`: it can, and there is a tick. */
export function checkSchedule(schedule: string, timezone: string | undefined): string | undefined {
  try {
    return parseCron(schedule, timezone).nextRun() === null ? 'it never fires' : undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
