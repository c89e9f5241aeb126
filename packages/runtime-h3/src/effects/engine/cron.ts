import { Cron } from 'croner';

/** Parses a cron line. Throws if it does not have five fields or the time zone does not exist. */
export function parseCron(schedule: string, timezone: string | undefined): Cron {
  return new Cron(schedule, { mode: '5-part', timezone: timezone ?? 'UTC', paused: true });
}

/** Returns why a schedule can't be used, or `undefined` if it can. */
export function checkSchedule(schedule: string, timezone: string | undefined): string | undefined {
  try {
    return parseCron(schedule, timezone).nextRun() === null ? 'it never fires' : undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
