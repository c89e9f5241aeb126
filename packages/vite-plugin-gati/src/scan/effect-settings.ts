import type { Diagnostic } from '@gati/contract';
import { checkSchedule, checkSettings } from '@gati/runtime-h3/effects/settings';
import type { FileFacts, Setting } from './file-facts.ts';
import { scheduleInvalid, settingInvalid } from './diagnostics.ts';

/**
 * Checks the constant settings of an effect. The runtime checks the others when it loads the
 * effect.
 */
export function checkEffectSettings(file: string, { settings }: FileFacts): Diagnostic[] {
  const { schedule, timezone } = settings;
  const values = Object.fromEntries(
    Object.entries(settings).map(([name, { value }]) => [name, value]),
  );
  const invalid = checkSettings(values).map(({ setting, message, fix }) =>
    settingInvalid(at(file, settings[setting]), message, fix),
  );
  const reason = schedule && invalidScheduleReason(schedule.value, timezone?.value);
  return reason === undefined
    ? invalid
    : [
        ...invalid,
        scheduleInvalid(at(file, schedule), String(schedule?.value), timezone?.value, reason),
      ];
}

function invalidScheduleReason(schedule: unknown, timezone: unknown): string | undefined {
  if (typeof schedule !== 'string') return 'it is not a string';
  return timezone === undefined || typeof timezone === 'string'
    ? checkSchedule(schedule, timezone)
    : 'the timezone is not a string';
}

const at = (file: string, setting: Setting | undefined): { file: string } => ({
  file,
  ...(setting && { place: setting.place, frame: setting.frame }),
});
